"""The figures of one backend: counts, rates and distributions."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

from lab.backends import Backend
from lab.plan import Operation
from lab.results import Run
from lab.rows import Outcome, Row
from lab.statistics.quantiles import distribution
from lab.statistics.shares import share
from lab.summary import BackendFigures, Distribution

MOST_SKIPPED: Final = 0.01
"""With a greater share of skipped requests, a backend had another load than planned."""

K = TypeVar("K")


def backend_figures(runs: Sequence[Run], backend: Backend) -> BackendFigures:
    """Return the figures of *backend* over all requests of *runs*, warm-up excluded."""
    rows = [row for run in runs for row in measured(run, backend)]
    ok = [row for row in rows if row.outcome is Outcome.OK]
    outcomes = Counter(row.outcome for row in rows)
    due = sum(1 for row in rows if row.outcome is not Outcome.STOPPED or row.sent_s is not None)
    seconds = sum(load_seconds(run, backend) for run in runs)
    cold = [row for row in ok if row.cold]
    return BackendFigures(
        backend=backend,
        planned=len(rows),
        sent=sum(1 for row in rows if row.sent_s is not None),
        ok=len(ok),
        throttled=outcomes[Outcome.THROTTLED],
        errors=outcomes[Outcome.ERROR],
        dropped=outcomes[Outcome.DROPPED],
        skipped=outcomes[Outcome.SKIPPED],
        stopped=outcomes[Outcome.STOPPED],
        error_classes=_counts(row.error for row in rows if row.outcome is Outcome.ERROR),
        statuses=_counts(row.status for row in rows),
        new_connections=sum(1 for row in rows if row.new_connection),
        asked_per_s=due / seconds if seconds else 0.0,
        achieved_per_s=len(ok) / seconds if seconds else 0.0,
        latency=latency(ok),
        service=distribution(row.service_ms for row in ok),
        warm=latency(row for row in ok if not row.cold),
        cold=latency(cold),
        cold_share=share(len(cold), len(ok)),
        operations=_operations(ok),
        server_ms={
            "app": distribution(row.app_ms for row in ok),
            "db": distribution(row.db_ms for row in ok),
            "init": distribution(row.init_ms for row in ok),
        },
    )


def measured(run: Run, backend: Backend) -> list[Row]:
    """Return the rows of *backend* that figures include."""
    return [row for row in run.rows if row.backend is backend and not row.is_warm_up]


def due_latency(row: Row) -> float | None:
    """Return the latency, infinity if the request failed, and None if it was not due.

    A quantile of the successful requests alone would reward a backend that fails.
    """
    if row.outcome in {Outcome.SKIPPED, Outcome.STOPPED}:
        return None
    value = row.latency_ms
    return value if row.outcome is Outcome.OK and value is not None else math.inf


def latency(rows: Iterable[Row]) -> Distribution:
    return distribution(row.latency_ms for row in rows)


def load_seconds(run: Run, backend: Backend) -> float:
    """Return how long *backend* was under load: its slots, up to where the run was stopped."""
    end = reached_s(run)
    return sum(
        max(0.0, min(slot.end_s, end) - slot.start_s)
        for slot in run.slots
        if backend in slot.backends
    )


def reached_s(run: Run) -> float:
    """Return the time that a run reached if it ended early, and infinity otherwise."""
    if not run.generator.ended_early:
        return math.inf
    reached = (
        row.planned_s
        for row in run.rows
        if row.outcome is not Outcome.STOPPED or row.sent_s is not None
    )
    return max(reached, default=0.0)


def _operations(rows: Sequence[Row]) -> dict[Operation, Distribution]:
    found = {row.operation for row in rows}
    return {
        operation: latency(row for row in rows if row.operation is operation)
        for operation in Operation
        if operation in found
    }


def _counts(values: Iterable[K | None]) -> dict[K, int]:
    """Count the values that are not None, the most frequent first."""
    return dict(Counter(value for value in values if value is not None).most_common())
