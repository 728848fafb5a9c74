"""The requests and responses of the cases."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from lab.parity.case import Case

Values = Mapping[str, str]
"""What takes the place of each placeholder."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request; *target* is its path and query below the URL of the backend."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    # The complete request, instead of the other fields.
    raw: bytes = b""


@dataclass(frozen=True)
class Response:
    """A response; header names are in lower case, repeated headers are joined."""

    # None if there was no valid response.
    status: int | None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    # Why there was no response.
    problem: str = ""


class Client(Protocol):
    """Sends requests to one backend."""

    def send(self, request: Request) -> Response: ...


def request_of(case: Case, values: Values) -> Request:
    """Return the request of *case*."""
    return Request(
        method=case.method,
        target=fill(case.path, values),
        headers=tuple((name, fill(value, values)) for name, value in case.headers),
        body=fill(case.body.decode("latin-1"), values).encode("latin-1"),
        raw=case.raw and fill(case.raw.decode("latin-1"), values).encode("latin-1"),
    )


def fill(part: str, values: Values) -> str:
    """Replace the placeholders; those without a value stay."""
    return re.sub("<<([a-z-]+)>>", lambda match: values.get(match[1], match[0]), part)
