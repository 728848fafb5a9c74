"""The requests of a comparison, as the charts need them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Final

from lab.backends import Backend
from lab.results import Results
from lab.rows import Outcome, Row
from lab.statistics.quantiles import CONFIDENCE, position

_LEAST: Final = 5
"""With fewer responses, no quantile has support."""

Latencies = Sequence[tuple[float, Row]]
"""Latencies in milliseconds with their requests, the shortest first."""


class Samples:
    """The requests of one or several runs, without those of the warm-up. All is computed once."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = [row for row in rows if not row.is_warm_up]

    @classmethod
    def of(cls, results: Results) -> Samples:
        """Return the requests of all runs."""
        return cls(row for run in results.runs for row in run.rows)

    @cached_property
    def latencies(self) -> Mapping[Backend, Latencies]:
        """The latencies of the expected responses of each backend."""
        found: dict[Backend, list[tuple[float, Row]]] = {backend: [] for backend in Backend}
        for row in self.rows:
            if row.outcome is Outcome.OK and row.latency_ms is not None:
                found[row.backend].append((row.latency_ms, row))
        return {side: sorted(pairs, key=lambda pair: pair[0]) for side, pairs in found.items()}

    @cached_property
    def by_slot(self) -> Mapping[tuple[int, Backend], Sequence[float]]:
        """The latencies in each slot, the shortest first."""
        found: dict[tuple[int, Backend], list[float]] = defaultdict(list)
        for backend, pairs in self.latencies.items():
            for value, row in pairs:
                found[row.slot, backend].append(value)
        return found

    @cached_property
    def outcomes(self) -> Mapping[tuple[int, Backend, Outcome], int]:
        """The number of requests with an outcome in each slot."""
        return Counter((row.slot, row.backend, row.outcome) for row in self.rows)

    def slot_quantile(self, slot: int, backend: Backend, share: float) -> float | None:
        """Return a quantile in a slot, or None without enough samples."""
        found = self.by_slot.get((slot, backend), ())
        if not has_support(len(found), share):
            return None
        return found[position(len(found), share)]

    def total(self, outcome: Outcome) -> int:
        """Return the number of requests with an outcome."""
        return sum(number for (*_, one), number in self.outcomes.items() if one is outcome)


def has_support(count: int, share: float) -> bool:
    return count >= _LEAST and share <= last_share(count)[1]


def last_share(count: int) -> tuple[float, float]:
    """Return the highest quantiles with full support, and with marked support (Wilks)."""
    rare = 1 - CONFIDENCE
    return (rare / 2) ** (1 / count), rare ** (1 / count)
