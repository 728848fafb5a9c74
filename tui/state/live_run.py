"""The figures of a run of the lab while it is in progress."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lab.backends import Backend
from lab.rows import Outcome, Row
from lab.statistics.quantiles import inverted_cdf, needed_to_show
from lab.summary import QUANTILES
from tui import report_text

LEAST_SAMPLES: Final = {
    "p50": 1,
    "p95": needed_to_show(QUANTILES["p95"]),
    "p99": needed_to_show(QUANTILES["p99"]),
}
"""The number of responses from which on each quantile is shown."""


@dataclass(frozen=True, kw_only=True)
class LiveFigures:
    """The figures of one backend so far. Quantiles are in milliseconds; None is not known yet."""

    responses: int
    failed: int
    throttled: int
    dropped: int
    skipped: int
    in_flight: int
    quantiles: Mapping[str, float | None]


class LiveRun:
    """Collects the rows of a run, without those of the warm-up, which ends at *start_s*."""

    def __init__(self, *, start_s: float, step_s: float) -> None:
        self._start_s, self.step_s = start_s, step_s
        self._sides = {backend: _Side() for backend in Backend}
        self.elapsed_s = 0.0
        self.duration_s = 0.0

    def add(
        self,
        elapsed_s: float,
        duration_s: float,
        rows: Iterable[Row],
        in_flight: Mapping[Backend, int],
    ) -> None:
        """Add the rows that are new, and the state of the run."""
        self.elapsed_s, self.duration_s = elapsed_s, duration_s
        found: dict[Backend, list[Row]] = defaultdict(list)
        for row in rows:
            if not row.is_warm_up:
                found[row.backend].append(row)
        for backend, side in self._sides.items():
            side.add(found[backend], self._step)
            side.in_flight = in_flight.get(backend, 0)

    def _step(self, row: Row) -> int:
        return int((row.planned_s - self._start_s) / self.step_s)

    @property
    def measured_s(self) -> tuple[float, float]:
        """The time so far and in all, without the warm-up."""
        so_far, whole = (at - self._start_s for at in (self.elapsed_s, self.duration_s))
        return max(0.0, min(so_far, whole)), max(0.0, whole)

    def figures(self, backend: Backend) -> LiveFigures:
        return self._sides[backend].figures()

    def points(self, backend: Backend) -> list[tuple[float, float]]:
        """Return the middle of each step with responses, and their median latency in ms."""
        medians = self._sides[backend].medians()
        return [((step + 0.5) * self.step_s, median) for step, median in sorted(medians.items())]


class _Side:
    """The rows of one backend."""

    def __init__(self) -> None:
        self.in_flight = 0
        self._outcomes: Counter[Outcome] = Counter()
        self._latencies: list[float] = []
        self._by_step: dict[int, list[float]] = defaultdict(list)
        self._medians: dict[int, float] = {}

    def add(self, rows: Sequence[Row], step_of: Callable[[Row], int]) -> None:
        for row in rows:
            self._outcomes[row.outcome] += 1
            if row.outcome is Outcome.OK and row.latency_ms is not None:
                step = step_of(row)
                self._latencies.append(row.latency_ms)
                self._by_step[step].append(row.latency_ms)
                self._medians.pop(step, None)

    def figures(self) -> LiveFigures:
        self._latencies.sort()  # fast: all but the newest are already sorted
        count = len(self._latencies)
        return LiveFigures(
            responses=count,
            failed=self._outcomes[Outcome.ERROR],
            throttled=self._outcomes[Outcome.THROTTLED],
            dropped=self._outcomes[Outcome.DROPPED],
            skipped=self._outcomes[Outcome.SKIPPED],
            in_flight=self.in_flight,
            quantiles={
                name: inverted_cdf(self._latencies, QUANTILES[name]) if count >= least else None
                for name, least in LEAST_SAMPLES.items()
            },
        )

    def medians(self) -> Mapping[int, float]:
        for step, values in self._by_step.items():
            if step not in self._medians:
                self._medians[step] = inverted_cdf(sorted(values), QUANTILES["p50"])
        return self._medians


def table(run: LiveRun) -> list[tuple[str, str, str]]:
    """Return the figures of both backends: a name, and the value of each."""
    functions, containers = run.figures(Backend.FUNCTIONS), run.figures(Backend.CONTAINERS)
    quantiles = [
        (f"{name}, ms", _ms(functions.quantiles[name]), _ms(containers.quantiles[name]))
        for name in LEAST_SAMPLES
    ]
    counts = [
        (name.replace("_", " "), f"{getattr(functions, name):,}", f"{getattr(containers, name):,}")
        for name in ("responses", "in_flight", "failed", "throttled", "dropped", "skipped")
    ]
    return [*quantiles, *counts]


def _ms(value: float | None) -> str:
    return report_text.NO_DATA if value is None else report_text.number(round(value, 1))
