"""What a run of the app knows: the backends, which one is active, and the requests so far."""

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
from tui.settings.values import BackendName
from tui.state.drafts import DraftFolder
from tui.state.history import History
from tui.state.pending_deletions import PendingDeletions

if TYPE_CHECKING:
    from lab.cloudwatch.stack_metrics import MetricsReport, StackMetrics

T = TypeVar("T")


@dataclass(frozen=True)
class Generation:
    """Which backend a read asked, and since which change; responses to older ones are stale."""

    backend: BackendName
    number: int


class Session:
    """Asks the active backend; never cancels a request, lets stale answers be told apart."""

    def __init__(self, factory: ApiFactory, active: BackendName) -> None:
        self._factory = factory
        self._apis: dict[BackendName, Api] = {}
        self._retired: list[Api] = []
        self._opening = asyncio.Lock()
        self._generation = 0
        self._reads: set[object] = set()
        self._writes: set[object] = set()
        self._stack_metrics: StackMetrics | None = None
        self.active = active
        self.drafts = DraftFolder.of(self.environ)
        self.writes = Writes()
        self.deletions = PendingDeletions()
        self.failures = 0
        """How many writes did not do what they were to do."""
        self._all_written = asyncio.Event()
        self.requests = History()
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
        """Every write is refused."""
        return self.connections.preferences.read_only.value

    @property
    def backends(self) -> Backends:
        """Both backends, and where they are."""
        return self._factory.backends

    @property
    def urls(self) -> tuple[str, ...]:
        """The addresses of all backends that are known."""
        return tuple(sorted(one.url for one in self._factory.backends.by_name.values()))

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment of the program."""
        return self.connections.finder.environ

    @property
    def busy(self) -> bool:
        """Some request has no answer yet, or something else takes a while."""
        return bool(self._reads or self._writes)

    def working(self) -> AbstractContextManager[None]:
        """Count as busy while something is made that takes a while."""
        return self._among(self._reads)

    @property
    def saving(self) -> bool:
        """Some write has no answer yet."""
        return bool(self._writes)

    @property
    def unfinished(self) -> int:
        """How many writes have no answer yet, those that still wait for their time among them."""
        return len(self._writes) + len(self.deletions.waiting)

    def toggle(self) -> None:
        """Make the other backend active, or say that it is not known."""
        self._factory.backends.get(self.active.other)
        self.active = self.active.other
        self.start_generation()

    @property
    def connections(self) -> Connections:
        """Where else the backends may be."""
        return self._factory.connections

    def connect(self, backends: Backends) -> None:
        """Ask *backends* from now on; what was agreed to for others counts no more."""
        self._factory.backends = backends
        self._stack_metrics = None
        self._factory.plain_http_token = self.connections.preferences.plain_http_token.value
        # Not closed yet: a read may be under way, whose answer is stale from now on.
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
        """Send the token unencrypted from now on: the person agreed."""
        self._factory.plain_http_token = True
        for api in self._apis.values():
            api.plain_http_token = True

    def report(self, period: Period) -> MetricsReport:
        """Fetch the metrics of the stack. The call blocks, and raises MetricsError on failure."""
        from lab.cloudwatch.stack_metrics import StackMetrics  # noqa: PLC0415 -- often unused

        if self._stack_metrics is None:
            self._stack_metrics = StackMetrics(self._factory.backends.outputs)
        return self._stack_metrics.fetch(period, time.time())

    async def read_blog(self, blog_id: str, name: BackendName | None = None) -> Blog:
        """Read one blog from the backend *name*, or the active one."""
        return await self._read(name or self.active, lambda api: api.read(blog_id))

    async def read_page(self, limit: int, url: str | None = None) -> Page:
        """Read the newest blogs of the active backend, or the page at *url*."""
        return await self._read(self.active, lambda api: api.page(limit, url))

    async def check_permission(self, name: BackendName) -> None:
        """Raise what every write to the backend would raise before it is sent."""
        (await self._api(name)).check_permission()

    async def create(self, name: BackendName, draft: Draft) -> WriteResult:
        """Store a new blog."""
        return await self._write(name, lambda api: self.writes.create(api, draft))

    async def replace(self, name: BackendName, draft: Draft, etag: str | None) -> WriteResult:
        """Store *draft* over the blog with that *etag*."""
        return await self._write(name, lambda api: self.writes.replace(api, draft, etag))

    async def delete(self, name: BackendName, blog: Blog) -> bool:
        """Delete *blog* as it was read; return True if only reading showed that it is gone."""
        return await self._write(name, lambda api: self.writes.delete(api, blog.id, blog.etag))

    async def exchange(self, name: BackendName, request: Request) -> Exchange:
        """Send just this to one backend, whichever is active."""
        send = self._write if request.writes else self._read
        return await send(name, lambda api: api.exchange(request))

    async def _read(self, name: BackendName, request: Callable[[Api], Awaitable[T]]) -> T:
        with self._among(self._reads):
            return await request(await self._api(name))

    async def _write(self, name: BackendName, request: Callable[[Api], Awaitable[T]]) -> T:
        """Send what must not be cut short, and count it until its response is there."""
        api = await self._api(name)
        try:
            with self._among(self._writes):
                return await request(api)
        except ApiError as error:
            self.failures += error.failure is not Failure.MISSING
            raise
        finally:
            self._all_written.set()

    async def finish(self) -> None:
        """Send what waits for its time, and wait for the answers to all writes."""
        self.deletions.run_now()
        await self.deletions.wait_until_empty()
        while self._writes:
            self._all_written.clear()
            await self._all_written.wait()

    async def close(self) -> None:
        """Close every connection."""
        for api in (*self._retired, *self._apis.values()):
            await api.close()

    @contextmanager
    def _among(self, running: set[object]) -> Iterator[None]:
        mark = object()
        running.add(mark)
        self.on_change()
        try:
            yield
        finally:
            running.discard(mark)
            self.on_change()

    async def _api(self, name: BackendName) -> Api:
        """Give the client of a backend; it stays with that one, whatever is connected later."""
        async with self._opening:
            if name not in self._apis:
                opened = await asyncio.to_thread(self._factory.open, name, self._record)
                self._apis[name] = opened
            return self._apis[name]

    def _record(self, entry: LogEntry) -> None:
        self.requests.add(entry)
        self.on_change()
