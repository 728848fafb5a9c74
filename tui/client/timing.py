"""The times of a request, measured by the client and reported by the server."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any, Final

SERVER_TIMES: Final = ("app", "db", "init")
"""The names of the times that a server reports."""
_LONG_MS: Final = 100_000


@dataclass(frozen=True, kw_only=True)
class Phases:
    """The milliseconds of each phase, in order; None if it did not happen or did not end."""

    connect: float | None = None
    """None if the connection was already open."""
    tls: float | None = None
    first_byte: float | None = None
    """From the first byte of the request to the last byte of the response headers."""
    body: float | None = None


@dataclass(frozen=True, kw_only=True)
class ServerTime:
    """The milliseconds in the ``Server-Timing`` header; None for a time that is not there."""

    app: float | None = None
    db: float | None = None
    init: float | None = None
    cold: bool | None = None
    """True if the request waited for a cold start; None without the header."""

    @classmethod
    def of(cls, header: str | None) -> ServerTime:
        """Parse the header, and ignore invalid parts."""
        if not header:
            return cls()
        metrics = dict(map(_metric, header.split(",")))
        return cls(
            app=metrics.get("app"),
            db=metrics.get("db"),
            init=metrics.get("init"),
            cold="init" in metrics,
        )


def _metric(text: str) -> tuple[str, float | None]:
    name, *parameters = (part.strip() for part in text.split(";"))
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "dur":
            return name, _milliseconds(value.strip().strip('"'))
    return name, None


def _milliseconds(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


class Stopwatch:
    """Measures the times between the trace events of httpx."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self._marks: dict[str, float] = {}

    async def trace(self, event: str, info: dict[str, Any]) -> None:
        """Record the time of an event. If it repeats, as with a proxy, the last one counts."""
        del info  # contains headers
        self._marks[event.partition(".")[2]] = time.perf_counter()

    @property
    def elapsed(self) -> float:
        """Milliseconds since this object was created."""
        return (time.perf_counter() - self._start) * 1000

    def phases(self) -> Phases:
        return Phases(
            connect=self._between("connect_tcp.started", "connect_tcp.complete"),
            tls=self._between("start_tls.started", "start_tls.complete"),
            first_byte=self._between(
                "send_request_headers.started", "receive_response_headers.complete"
            ),
            body=self._between("receive_response_body.started", "receive_response_body.complete"),
        )

    def _between(self, first: str, last: str) -> float | None:
        start, end = self._marks.get(first), self._marks.get(last)
        if start is None or end is None or end < start:
            return None
        return (end - start) * 1000


def milliseconds(time: float | None) -> str:
    """Return a time as text, or "-" for None."""
    if time is None:
        return "-"
    return f"{time:,.1f}" if time < _LONG_MS else f"{time:,.0f}"
