"""Send every case to both backends, and compare the responses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from http import HTTPStatus
from ssl import SSLContext
from threading import Event
from typing import Final, TypeVar

from lab.backends import Backend, Target
from lab.parity.case import Case, get
from lab.parity.cases import CASES
from lab.parity.comparison import Difference, Findings, Undocumented, compare
from lab.parity.http_client import HttpClient
from lab.parity.session import Exchange, Session

ResultT = TypeVar("ResultT")
_HEALTH: Final = get("health", "/")


class BackendLost(Exception):
    """A backend no longer responds to any request."""

    def __init__(self, backend: Backend) -> None:
        super().__init__(backend)
        self.backend = backend


def selected(*, writes: bool) -> tuple[Case, ...]:
    """Return all cases, or only those that need no write."""
    return tuple(case for case in CASES if writes or not case.needs_writes)


@dataclass(kw_only=True)
class ParityRun:
    """One run of the cases. The ids of the blogs that it creates begin with *prefix*."""

    sessions: Mapping[Backend, Session]
    executor: Executor
    exchanges: dict[str, Mapping[Backend, Exchange]] = field(default_factory=dict)
    """The responses by the name of the case."""
    findings: dict[str, Findings] = field(default_factory=dict)
    """What the comparison of the responses has found, by the name of the case."""

    @classmethod
    def to(
        cls,
        targets: Mapping[Backend, Target],
        *,
        prefix: str,
        timeout_s: float,
        executor: Executor,
        tls: SSLContext | None = None,
    ) -> ParityRun:
        """Return a run that sends its requests to *targets* over HTTP."""
        sessions = {
            backend: Session(
                client=HttpClient(target.url, timeout_s, tls),
                token=target.token,
                prefix=f"{prefix}{backend[0]}-",
            )
            for backend, target in targets.items()
        }
        return cls(sessions=sessions, executor=executor)

    def ask(self, cases: Sequence[Case], on_progress: Callable[[int], None], stop: Event) -> None:
        """Ask all cases, each of both backends at the same time, and delete what they create."""
        for number, case in enumerate(cases):
            on_progress(number)
            if stop.is_set():
                return
            exchanges = self._exchanges(case)
            self.exchanges[case.name] = exchanges
            self.findings[case.name] = compare(case, exchanges)
        on_progress(len(cases))

    @property
    def differences(self) -> list[Difference]:
        return [one for each in self.findings.values() for one in each.differences]

    @property
    def undocumented(self) -> list[Undocumented]:
        return [one for each in self.findings.values() for one in each.undocumented]

    def delete_left(self) -> list[str]:
        """Delete the blogs that are left, and return those that may still exist.

        Both backends have the same table: what one cannot delete, the other may.
        """
        first, second = self.sessions.values()
        for session in self.sessions.values():
            session.created |= session.kept
            session.kept.clear()
        for session, other in ((first, second), (second, first)):
            session.delete_created()
            for blog_id in sorted(session.created):
                if not other.is_lost and other.delete(blog_id) == HTTPStatus.NO_CONTENT:
                    session.created.discard(blog_id)
        return sorted(first.created | second.created)

    @property
    def unknown(self) -> int:
        """The number of blogs that may exist with an id that is not known."""
        return sum(session.unknown for session in self.sessions.values())

    def _exchanges(self, case: Case) -> dict[Backend, Exchange]:
        """Send *case* to both. Neither creates or deletes while the other asks for a list."""
        prepared = self._on_both(lambda _, session: session.prepare(case))
        try:
            exchanges = self._on_both(lambda name, session: session.send(case, prepared[name]))
            self._check_connections(exchanges)
        finally:
            self._on_both(lambda _, session: session.delete_created())
        return exchanges

    def _on_both(self, action: Callable[[Backend, Session], ResultT]) -> dict[Backend, ResultT]:
        """Do *action* on both at the same time, and wait for both."""
        futures = {
            name: self.executor.submit(action, name, session)
            for name, session in self.sessions.items()
        }
        return {name: future.result() for name, future in futures.items()}

    def _check_connections(self, exchanges: Mapping[Backend, Exchange]) -> None:
        """Raise BackendLost if a backend responds neither to a case nor to a health check."""
        for backend, exchange in exchanges.items():
            if exchange.response.status is None:
                session = self.sessions[backend]
                if session.ask(_HEALTH).response.status is None:
                    session.is_lost = True
                    raise BackendLost(backend)
