"""How long the parts of a request took: as seen from here, and as the server says."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any, Final

SERVER_TIMES: Final = ("app", "db", "init")
"""The parts that a server names."""


@dataclass(frozen=True, kw_only=True)
class Phases:
    """Milliseconds of each part, in their order; None for a part that was not, or not ended."""

    connect: float | None = None
    """None when a connection was open already."""
    tls: float | None = None
    first_byte: float | None = None
    """From the first byte of the request to the last of the answer's head."""
    body: float | None = None


@dataclass(frozen=True, kw_only=True)
class ServerTime:
    """Milliseconds that the server names in ``Server-Timing``; None for what it does not."""

    app: float | None = None
    db: float | None = None
    init: float | None = None
    cold: bool | None = None
    """A start was part of it; None when the server says nothing at all."""

    @classmethod
    def of(cls, header: str | None) -> ServerTime:
        """Read the header; parts that make no sense are left out."""
        if not header:
            return cls()
        metrics = dict(map(_metric, header.split(",")))
        return cls(
            app=metrics.get("app"),
            db=metrics.get("db"),
            init=metrics.get("init"),
            cold="init" in metrics,
        )


def _metric(words: str) -> tuple[str, float | None]:
    name, *parameters = (part.strip() for part in words.split(";"))
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
    """Takes the time of the events that httpx calls a trace."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self._marks: dict[str, float] = {}

    async def trace(self, event: str, info: dict[str, Any]) -> None:
        """Note the moment; of an event that comes again, as behind a proxy, the last counts."""
        del info  # holds headers
        self._marks[event.partition(".")[2]] = time.perf_counter()

    @property
    def elapsed(self) -> float:
        """Milliseconds since this was made."""
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
    """Word a time; what was not has none."""
    return "-" if time is None else f"{time:.1f}"
