"""The session of the app: the backends, the active one, and the requests so far."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from lab.cloudwatch.metrics import Period
from tui.client.api_factory import ApiFactory
from tui.client.contract import (
    Api,
    ApiError,
    Blog,
    Draft,
    Exchange,
    Failure,
    LogEntry,
    Page,
    Request,
)
from tui.client.writes import WriteResult, Writes
from tui.settings.backends import Backend, Backends
from tui.settings.connections import Connections
from tui.settings.local_clouds import QUIT_VARIABLE
from tui.settings.values import BackendName
from tui.state.drafts import DraftFolder
from tui.state.history import History
from tui.state.pending_deletions import PendingDeletions
from tui.state.usage import Usage

if TYPE_CHECKING:
    from lab.cloudwatch.stack_metrics import MetricsReport, StackMetrics
    from lab.compare import Finished
    from tui.state.lab_run import LabRun

T = TypeVar("T")


@dataclass(frozen=True)
class Generation:
    """The backend of a read and the state of the session. Responses to older ones are stale."""

    backend: BackendName
    number: int


class Session:
    """Sends requests to the backends. It cancels none: use `is_stale` to ignore old responses."""

    def __init__(self, factory: ApiFactory, active: BackendName) -> None:
        self._factory = factory
        self._apis: dict[BackendName, Api] = {}
        self._retired: list[Api] = []
        self._opening = asyncio.Lock()
        self._generation = 0
        self._reads: set[object] = set()
        self._writes: set[object] = set()
        self._stack_metrics: StackMetrics | None = None
        self.lab_run: LabRun | None = None
        """The latest comparison; it may be over."""
        self.last_comparison: Finished | None = None
        self.active = active
        self.drafts = DraftFolder.of(self.environ)
        self.writes = Writes()
        self.deletions = PendingDeletions()
        self.failures = 0
        """The number of failed writes."""
        self._all_written = asyncio.Event()
        self.requests = History()
        self.usage = Usage()
        self.on_change: Callable[[], None] = lambda: None
        """Called when a request starts or ends."""

    @property
    def backend(self) -> Backend:
        """The active backend."""
        return self.backend_of(self.active)

    def backend_of(self, name: BackendName) -> Backend:
        return self._factory.backends.get(name)

    @property
    def read_only(self) -> bool:
        """True if all writes are rejected."""
        return self.connections.preferences.read_only.value

    @property
    def backends(self) -> Backends:
        """The backends of the current deployment."""
        return self._factory.backends

    @property
    def urls(self) -> tuple[str, ...]:
        """The URLs of the backends."""
        return tuple(sorted(one.url for one in self._factory.backends.by_name.values()))

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment of the program."""
        return self.connections.finder.environ

    @property
    def quit_stops_local_cloud(self) -> bool:
        """True if the local cloud stops with the client, as in `make demo`."""
        return bool(self.environ.get(QUIT_VARIABLE))

    @property
    def busy(self) -> bool:
        """True while a request waits for its response, or other slow work is in progress."""
        return bool(self._reads or self._writes)

    def working(self) -> AbstractContextManager[None]:
        """Return a context in which the session is busy."""
        return self._in_progress(self._reads)

    @property
    def saving(self) -> bool:
        """True while a write waits for its response."""
        return bool(self._writes)

    @property
    def unfinished(self) -> int:
        """The number of writes without a response, including pending deletions."""
        return len(self._writes) + len(self.deletions.waiting)

    @property
    def is_comparing(self) -> bool:
        """True while a comparison runs, until its blogs are removed."""
        return self.lab_run is not None and not self.lab_run.is_over

    def toggle(self) -> None:
        """Activate the other backend. Raise SettingsError if its URL is not set."""
        self._factory.backends.get(self.active.other)
        self.active = self.active.other
        self.start_generation()

    @property
    def connections(self) -> Connections:
        """The deployments that the user can connect to."""
        return self._factory.connections

    def connect(self, backends: Backends) -> None:
        """Use *backends* from now on. Permissions that the user gave for others end."""
        self._factory.backends = backends
        self._stack_metrics = None
        self.last_comparison = None
        self._factory.plain_http_token = self.connections.preferences.plain_http_token.value
        # Not closed yet: a read may still be in progress.
        self._retired += self._apis.values()
        self._apis = {}
        if self.active not in backends.by_name:
            self.active = self.active.other
        self.start_generation()

    def start_generation(self) -> Generation:
        """Start a new generation: responses to reads of older ones are stale from now on."""
        self._generation += 1
        return self.generation()

    def generation(self) -> Generation:
        return Generation(self.active, self._generation)

    def is_stale(self, generation: Generation) -> bool:
        return generation != self.generation()

    def allow_plain_http_token(self) -> None:
        """Allow sending the token unencrypted, after the user agreed."""
        self._factory.plain_http_token = True
        for api in self._apis.values():
            api.plain_http_token = True

    def report(self, period: Period) -> MetricsReport:
        """Fetch the metrics of the stack. The call blocks, and raises MetricsError on failure."""
        from lab.cloudwatch.stack_metrics import StackMetrics  # noqa: PLC0415 -- often unused

        if self._stack_metrics is None:
            self._stack_metrics = StackMetrics(self._factory.backends.outputs)
        found = self._stack_metrics.fetch(period, time.time())
        self.usage.metrics += found.query_count
        return found

    @property
    def cost(self) -> str:
        """What was sent since the start, and what that costs."""
        backends = self.backends
        region = backends.deployment.region
        return self.usage.words(backends.outputs, region, is_local=backends.is_local)

    def keep(self, comparison: Finished) -> None:
        """Keep the result of a comparison for the screens, and count its requests."""
        self.last_comparison = comparison
        for run in comparison.results.runs:
            self.usage.add_rows(run.rows)

    async def read_blog(self, blog_id: str, name: BackendName | None = None) -> Blog:
        """Read one blog from the backend *name*, or the active one."""
        return await self._read(name or self.active, lambda api: api.read(blog_id))

    async def read_page(self, limit: int, url: str | None = None) -> Page:
        """Read the newest blogs of the active backend, or the page at *url*."""
        return await self._read(self.active, lambda api: api.page(limit, url))

    async def check_permission(self, name: BackendName) -> None:
        """Raise the error that every write to the backend would raise before it is sent."""
        (await self._api(name)).check_permission()

    async def check_load(self, name: BackendName, blog_id: str, *, writes: bool) -> None:
        """Raise ApiError if the backend would reject the requests of a comparison."""
        from tui.client import measured  # noqa: PLC0415 -- often unused

        with self.working():
            api = await asyncio.to_thread(self._factory.open, name, self._record, direct=True)
            try:
                await measured.check(api, blog_id, writes=writes)
            finally:
                await api.close()

    async def create(self, name: BackendName, draft: Draft) -> WriteResult:
        """Create a blog."""
        return await self._write(name, lambda api: self.writes.create(api, draft))

    async def replace(self, name: BackendName, draft: Draft, etag: str | None) -> WriteResult:
        """Replace the blog that has *etag* with *draft*."""
        return await self._write(name, lambda api: self.writes.replace(api, draft, etag))

    async def delete(self, name: BackendName, blog: Blog) -> bool:
        """Delete this version of *blog*. Return True if a lost response was confirmed by a read."""
        return await self._write(name, lambda api: self.writes.delete(api, blog.id, blog.etag))

    async def exchange(self, name: BackendName, request: Request) -> Exchange:
        """Send *request* to the backend *name*, whichever is active."""
        send = self._write if request.writes else self._read
        return await send(name, lambda api: api.exchange(request))

    async def _read(self, name: BackendName, request: Callable[[Api], Awaitable[T]]) -> T:
        with self._in_progress(self._reads):
            return await request(await self._api(name))

    async def _write(self, name: BackendName, request: Callable[[Api], Awaitable[T]]) -> T:
        """Send a write, and count it as unfinished until its response arrives.

        It counts before its client is open, so that nobody quits or connects elsewhere by then.
        """
        try:
            with self._in_progress(self._writes):
                return await request(await self._api(name))
        except ApiError as error:
            self.failures += error.failure is not Failure.MISSING
            raise
        finally:
            self._all_written.set()

    async def finish(self) -> None:
        """Send the pending deletions, and wait for the responses to all writes.

        A comparison stops, and removes its blogs.
        """
        self.deletions.run_now()
        if self.lab_run:
            self.lab_run.stop()
            await self.lab_run.wait()
        await self.deletions.wait_until_empty()
        while self._writes:
            self._all_written.clear()
            await self._all_written.wait()

    async def close(self) -> None:
        """Close all connections."""
        for api in (*self._retired, *self._apis.values()):
            await api.close()

    @contextmanager
    def _in_progress(self, running: set[object]) -> Iterator[None]:
        token = object()
        running.add(token)
        self.on_change()
        try:
            yield
        finally:
            running.discard(token)
            self.on_change()

    async def _api(self, name: BackendName) -> Api:
        """Return the client of a backend. It keeps its URL if the user connects elsewhere."""
        async with self._opening:
            if name not in self._apis:
                opened = await asyncio.to_thread(self._factory.open, name, self._record)
                self._apis[name] = opened
            return self._apis[name]

    def _record(self, entry: LogEntry) -> None:
        self.requests.add(entry)
        self.usage.add(entry.backend, writes=entry.method != "GET")
        self.on_change()
