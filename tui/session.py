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
from tui.client.contract import Api, ApiError, Exchange, Failure, LogEntry, Request
from tui.client.writes import Writes
from tui.deletions import Deletions
from tui.drafts import DraftFolder
from tui.history import History
from tui.settings.backends import Backend, Backends
from tui.settings.connections import Connections
from tui.settings.values import BackendName

if TYPE_CHECKING:
    from lab.cloudwatch.stack_metrics import MetricsReport, StackMetrics

T = TypeVar("T")


@dataclass(frozen=True)
class Ticket:
    """Which backend a read asked, and in which spell; an old spell's answer is stale."""

    kind: BackendName
    generation: int


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
        self.deletions = Deletions()
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

    def backend_of(self, kind: BackendName) -> Backend:
        return self._factory.backends.get(kind)

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
        self.renew()

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
        self.renew()

    def renew(self) -> Ticket:
        """Start a new spell: answers to older tickets are stale from now on."""
        self._generation += 1
        return self.ticket()

    def ticket(self) -> Ticket:
        return Ticket(self.active, self._generation)

    def is_stale(self, ticket: Ticket) -> bool:
        return ticket != self.ticket()

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

    async def read(self, request: Callable[[Api], Awaitable[T]]) -> T:
        """Ask the backend that is active now."""
        with self._among(self._reads):
            return await request(await self.api(self.active))

    async def write(self, api: Api, request: Callable[[Api], Awaitable[T]]) -> T:
        """Ask for something that must not be cut short, of the backend where it was begun."""
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
        self.deletions.hurry()
        await self.deletions.emptied()
        while self._writes:
            self._all_written.clear()
            await self._all_written.wait()

    async def exchange(self, kind: BackendName, request: Request) -> Exchange:
        """Ask one backend just this, whichever is active."""
        api = await self.api(kind)
        if request.writes:
            return await self.write(api, lambda one: one.exchange(request))
        with self._among(self._reads):
            return await api.exchange(request)

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

    async def api(self, kind: BackendName) -> Api:
        """Give the client of a backend; it stays with that one, whatever is connected later."""
        async with self._opening:
            if kind not in self._apis:
                opened = await asyncio.to_thread(self._factory.open, kind, self._record)
                self._apis[kind] = opened
            return self._apis[kind]

    def _record(self, entry: LogEntry) -> None:
        self.requests.add(entry)
        self.on_change()
