"""What a run of the app knows: the backends, which one is active, and the requests so far."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, TypeVar

from tui.backends import Backend, Backends
from tui.connections import Connections
from tui.contract import Api, Exchange, Kind, LogEntry, Question
from tui.history import History
from tui.writes import Writes

T = TypeVar("T")


class Opener(Protocol):
    """Makes clients; the composition root gives one over HTTP, tests one over a fake."""

    backends: Backends
    plain_http_token: bool

    @property
    def connections(self) -> Connections: ...

    def open(self, kind: Kind, record: Callable[[LogEntry], None]) -> Api: ...


@dataclass(frozen=True)
class Ticket:
    """Which backend a read asked, and in which spell; an old spell's answer is stale."""

    kind: Kind
    generation: int


class Session:
    """Asks the active backend; never cancels a request, lets stale answers be told apart."""

    def __init__(self, opener: Opener, active: Kind) -> None:
        self._opener = opener
        self._apis: dict[Kind, Api] = {}
        self._retired: list[Api] = []
        self._opening = asyncio.Lock()
        self._generation = 0
        self._reads: set[object] = set()
        self._writes: set[object] = set()
        self.active = active
        self.writes = Writes()
        self.requests = History()
        self.on_change: Callable[[], None] = lambda: None
        """Called when a request starts or ends."""

    @property
    def backend(self) -> Backend:
        """The active backend."""
        return self._opener.backends.get(self.active)

    @property
    def read_only(self) -> bool:
        """Every write is refused."""
        return self.connections.preferences.read_only.value

    @property
    def backends(self) -> Backends:
        """Both backends, and where they are."""
        return self._opener.backends

    @property
    def busy(self) -> bool:
        """Some request has no answer yet."""
        return bool(self._reads or self._writes)

    @property
    def saving(self) -> bool:
        """Some write has no answer yet."""
        return bool(self._writes)

    def toggle(self) -> None:
        """Make the other backend active, or say that it is not known."""
        self._opener.backends.get(self.active.other)
        self.active = self.active.other
        self.renew()

    @property
    def connections(self) -> Connections:
        """Where else the backends may be."""
        return self._opener.connections

    def connect(self, backends: Backends) -> None:
        """Ask *backends* from now on; what was agreed to for others counts no more."""
        self._opener.backends = backends
        self._opener.plain_http_token = self.connections.preferences.plain_http_token.value
        # Not closed yet: a read may be under way, whose answer is stale from now on.
        self._retired += self._apis.values()
        self._apis = {}
        if self.active not in backends.by_kind:
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
        self._opener.plain_http_token = True
        for api in self._apis.values():
            api.plain_http_token = True

    async def read(self, request: Callable[[Api], Awaitable[T]]) -> T:
        """Ask the backend that is active now."""
        with self._among(self._reads):
            return await request(await self._api(self.active))

    async def write(self, request: Callable[[Api], Awaitable[T]]) -> T:
        """Ask the backend that is active now for something that must not be cut short."""
        with self._among(self._writes):
            return await request(await self._api(self.active))

    async def exchange(self, kind: Kind, question: Question) -> Exchange:
        """Ask one backend just this, whichever is active."""
        with self._among(self._writes if question.writes else self._reads):
            return await (await self._api(kind)).exchange(question)

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

    async def _api(self, kind: Kind) -> Api:
        async with self._opening:
            if kind not in self._apis:
                opened = await asyncio.to_thread(self._opener.open, kind, self._record)
                self._apis[kind] = opened
            return self._apis[kind]

    def _record(self, entry: LogEntry) -> None:
        self.requests.add(entry)
        self.on_change()
