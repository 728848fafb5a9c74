"""The requests of a comparison, as the charts need them."""

from __future__ import annotations

from collections.abc import Sequence

from lab.backends import Backend
from lab.results import Results
from lab.rows import Outcome, Row
from lab.statistics.quantiles import CONFIDENCE


def measured(results: Results) -> list[Row]:
    """Return the rows of all runs without those of the warm-up."""
    return [row for run in results.runs for row in run.rows if not row.is_warm_up]


def latencies(rows: Sequence[Row], backend: Backend) -> list[tuple[float, Row]]:
    """Return the latencies of the successful requests of a backend, shortest first."""
    found = [
        (row.latency_ms, row)
        for row in rows
        if row.backend is backend and row.outcome is Outcome.OK and row.latency_ms is not None
    ]
    return sorted(found, key=lambda pair: pair[0])


def last_share(count: int) -> tuple[float, float]:
    """Return the highest quantiles with full support, and with marked support (Wilks)."""
    rare = 1 - CONFIDENCE
    return (rare / 2) ** (1 / count), rare ** (1 / count)
