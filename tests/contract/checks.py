"""Send the request of a case to one backend, and check the response."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import cached_property

from lab.parity.case import Case
from lab.parity.expectations import deviations
from lab.parity.messages import Client, Response
from lab.parity.session import Exchange, Session


@dataclass(frozen=True)
class Backend:
    """One backend, with the client that sends it requests."""

    name: str
    client: Client
    token: str
    # The explanations in docs/parity.md that apply to what is in front of this backend.
    exceptions: frozenset[str] = frozenset()

    def exempts(self, case: Case) -> bool:
        return not self.exceptions.isdisjoint(case.exceptions)

    @cached_property
    def session(self) -> Session:
        return Session(client=self.client, token=self.token, prefix=f"q-{uuid.uuid4().hex[:8]}-")

    def write(self, method: str, path: str, body: bytes = b"", **headers: str) -> Response:
        return self.session.write(method, path, body, **headers)


def check_case(backend: Backend, case: Case) -> Exchange:
    """Send the request of *case*; fail if the response is not the expected one."""
    exchange = backend.session.ask(case)
    assert deviations(case, exchange.response, exchange.values) == [], exchange
    return exchange
