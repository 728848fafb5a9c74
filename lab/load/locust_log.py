"""What a run with Locust reports: lines of JSON, from which the rows of the log are made.

`locustfile.py` writes them. Other lines are ignored: they can share a stream with Locust's own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lab.backends import Backend
from lab.load.engine import row_of
from lab.load.requests import EXPECTED
from lab.load.responses import outcome, server_name, server_times
from lab.load.run import RunLog
from lab.plan import Plan, PlannedRequest
from lab.results import GeneratorLog
from lab.rows import ErrorClass, Outcome, Row

_START: Final = '{"blogs": '


@dataclass(frozen=True, kw_only=True)
class _Exchange:
    """What a worker reports of a request that it sent."""

    sent_s: float
    first_byte_s: float | None
    end_s: float | None
    status: int | None
    error: str | None
    bytes: int
    new_connection: bool
    server_timing: str
    served_by: str
    media_type: str
    """Only of a response with status 503, like *body*."""
    body: str


class InvalidLog(ValueError):
    """A line is not from a run of this plan."""


class LocustLog:
    """Collects the lines of a run of *plan*."""

    def __init__(self, plan: Plan, max_in_flight: int) -> None:
        self.started_at = ""
        self.versions: Mapping[str, str] = {}
        self._plan = plan
        self._max_in_flight = max_in_flight
        self._requests = {request.number: request for request in plan.requests}
        self._rows: dict[int, Row] = {}
        self._new: list[Row] = []
        self._workers = 0
        self._in_flight: dict[int, Mapping[Backend, int]] = {}
        self._peaks: dict[int, Mapping[Backend, int]] = {}
        self._cpu: dict[int, float] = {}

    def add(self, line: str) -> None:
        """Take a line; raise InvalidLog."""
        if not line.startswith(_START):
            return
        try:
            values = json.loads(line)
            if values["blogs"] == "start":
                self._start(values)
            else:
                self._report(values)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise InvalidLog(f"is not a report of this plan: {line[:60].strip()}…") from error

    @property
    def is_complete(self) -> bool:
        """True if all workers have sent their last report."""
        return 0 < self._workers == len(self._cpu)

    def new_rows(self) -> Sequence[Row]:
        """Return the rows since the last call."""
        rows, self._new = self._new, []
        return rows

    def in_flight(self) -> dict[Backend, int]:
        return _sum(self._in_flight.values())

    def run_log(self, failures: Sequence[str] = (), *, stopped: bool | None = None) -> RunLog:
        """Return a row for each request, and what the generator measured of itself.

        *stopped*: the user stopped the run; None means that requests without a row show it.
        """
        rows = [
            self._rows.get(request.number) or row_of(request, Outcome.STOPPED)
            for request in self._plan.requests
        ]
        missing = self._workers - len(self._cpu)
        if missing and not failures:
            failures = [f"{missing} of {self._workers} Locust workers ended early."]
        if stopped is None:
            stopped = any(row.outcome is Outcome.STOPPED for row in rows)
        return RunLog(
            rows=rows,
            generator=GeneratorLog(
                engine="locust",
                processes=self._workers,
                cpu_share=max(self._cpu.values(), default=0.0),
                max_in_flight=self._max_in_flight,
                peak_in_flight=_sum(self._peaks.values()),
                stopped=stopped,
                failures=tuple(failures),
            ),
        )

    def _start(self, values: Mapping[str, Any]) -> None:
        """Several files, each of one part of the plan, have several starts."""
        self.started_at = min(self.started_at or "~", str(values["started_at"]))
        self.versions = {str(name): str(each) for name, each in values["versions"].items()}
        self._workers += int(values["workers"])

    def _report(self, values: Mapping[str, Any]) -> None:
        worker = int(values["worker"])
        for number, unsent, exchange in values["rows"]:
            row = _row(self._requests[number], unsent, exchange)
            if number in self._rows:
                raise ValueError(f"request {number} is reported twice")
            self._rows[number] = row
            self._new.append(row)
        self._in_flight[worker] = _by_backend(values["in_flight"])
        self._peaks[worker] = _by_backend(values["peak_in_flight"])
        if values["cpu_share"] is not None:
            self._cpu[worker] = float(values["cpu_share"])


def _row(request: PlannedRequest, unsent: str | None, reported: dict[str, Any] | None) -> Row:
    if reported is None:
        return row_of(request, Outcome(str(unsent)))
    exchange = _Exchange(**reported)
    times = server_times({"Server-Timing": exchange.server_timing})
    result = Outcome(unsent) if unsent else _outcome(request, exchange)
    error = ErrorClass(exchange.error) if exchange.error else None
    return Row(
        number=request.number,
        backend=request.backend,
        operation=request.operation,
        slot=request.slot,
        planned_s=request.planned_s,
        sent_s=exchange.sent_s,
        first_byte_s=exchange.first_byte_s,
        end_s=exchange.end_s,
        outcome=result,
        status=exchange.status,
        error=error or (ErrorClass.STATUS if result is Outcome.ERROR else None),
        bytes=exchange.bytes,
        new_connection=exchange.new_connection,
        app_ms=times.get("app"),
        db_ms=times.get("db"),
        init_ms=times.get("init"),
        served_by=server_name({"X-Served-By": exchange.served_by}),
    )


def _outcome(request: PlannedRequest, exchange: _Exchange) -> Outcome:
    if exchange.error or exchange.status is None:
        return Outcome.ERROR
    expected = EXPECTED[request.operation]
    return outcome(exchange.status, expected, exchange.media_type, exchange.body.encode())


def _by_backend(counts: Mapping[str, int]) -> dict[Backend, int]:
    return {Backend(name): int(count) for name, count in counts.items()}


def _sum(counts: Iterable[Mapping[Backend, int]]) -> dict[Backend, int]:
    total = dict.fromkeys(Backend, 0)
    for one in counts:
        for backend, count in one.items():
            total[backend] += count
    return total
