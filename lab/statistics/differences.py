"""The differences of the two backends, with their intervals and the sentences that state them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lab.backends import Backend
from lab.plan import Order
from lab.results import Run
from lab.statistics import words
from lab.statistics.blocks import ENOUGH, LEAST, Block, divide, merge
from lab.statistics.figures import MOST_SKIPPED, backend_figures, due_latency, measured
from lab.statistics.intervals import DRAWS, Interval, t_interval
from lab.statistics.quantiles import inverted_cdf, needed_for_interval
from lab.summary import QUANTILES, BackendFigures, Blocks, Difference

Figures = Mapping[Backend, BackendFigures]

_CORRELATED: Final = 0.2
"""Above this lag-1 correlation, intervals may be too narrow."""


@dataclass(frozen=True, kw_only=True)
class _Sample:
    """The figures of both backends, and the sorted latencies of all requests that were due."""

    figures: Figures
    due: Mapping[Backend, Sequence[float]]

    def difference(self, name: str, p: float) -> float | None:
        """Return the difference at a quantile, or None if that of a backend is not known."""
        shown = all(
            side.latency.quantiles[name].value is not None for side in self.figures.values()
        )
        if not shown or any(side.could_be_failure(p) for side in self.figures.values()):
            return None
        functions, containers = (inverted_cdf(self.due[backend], p) for backend in Backend)
        return functions - containers


def _sample(runs: Sequence[Run], figures: Figures) -> _Sample:
    due = {
        backend: sorted(
            value
            for run in runs
            for row in measured(run, backend)
            if (value := due_latency(row)) is not None
        )
        for backend in Backend
    }
    return _Sample(figures=figures, due=due)


def of_runs(
    runs: Sequence[Run], figures: Figures, confidence: float
) -> tuple[list[Difference], Blocks | None]:
    """Return the difference at each quantile, and the blocks behind the intervals."""
    if any(run.settings.order is Order.RAMP for run in runs):
        return [], None
    whole = [run for run in runs if not run.generator.ended_early] or runs
    if len(whole) < len(runs):
        figures = {backend: backend_figures(whole, backend) for backend in Backend}
    if len(whole) > 1:
        return _over_runs(whole, figures, confidence), None
    blocks, left = merge(divide(whole[0]))
    seed = whole[0].settings.seed
    described = Blocks(
        count=len(blocks),
        seconds=sum(block.seconds for block in blocks) / len(blocks) if blocks else 0.0,
        lag1=left,
        seed=seed,
        draws=DRAWS if len(blocks) >= LEAST else 0,
        note=_note(len(blocks), left),
    )
    return _over_blocks(blocks, _sample(whole, figures), confidence, seed), described


def _note(count: int, left: float | None) -> str:
    if count < LEAST:
        return f"{words.too_short(count).capitalize()}."
    if left is not None and left > _CORRELATED:
        return (
            "The intervals may be too narrow: consecutive blocks are still correlated (lag-1 "
            f"{left:.2f}). Repeat the run (--repeat 5) or make it longer."
        )
    if count < ENOUGH:
        return (
            f"The intervals may be too narrow: the run has {count} blocks, and {ENOUGH} are "
            "enough. Repeat the run (--repeat 5) or make it longer."
        )
    return ""


def _over_blocks(
    blocks: Sequence[Block], sample: _Sample, confidence: float, seed: int
) -> list[Difference]:
    """Return differences with the interval of a bootstrap over the blocks of one run."""
    from lab.statistics.bootstrap import Bootstrap  # noqa: PLC0415 (imports numpy)

    bootstrap = Bootstrap(blocks, seed) if _has_samples(blocks) else None
    found = []
    for name, p in QUANTILES.items():
        problem = _problem(sample.figures, name, p, confidence) or _block_problem(blocks, name, p)
        interval = bootstrap.difference(p, confidence) if bootstrap and not problem else None
        problem = problem or ("" if interval else _interval_problem(sample.figures))
        found.append(_difference(name, sample.difference(name, p), interval, problem))
    return found


def _has_samples(blocks: Sequence[Block]) -> bool:
    return len(blocks) >= LEAST and all(
        any(block.latencies[backend] for block in blocks) for backend in Backend
    )


def _over_runs(runs: Sequence[Run], figures: Figures, confidence: float) -> list[Difference]:
    """Return the mean differences of whole runs with their t intervals."""
    samples = [
        _sample([run], {backend: backend_figures([run], backend) for backend in Backend})
        for run in runs
    ]
    pooled = _sample(runs, figures)
    found = []
    for name, p in QUANTILES.items():
        each = [sample.difference(name, p) for sample in samples]
        values = [value for value in each if value is not None]
        problem = _problem(figures, name, p, confidence)
        if not problem and len(values) < len(runs):
            problem = "a run has too few requests for this quantile"
        interval = None if problem else t_interval(values, confidence)
        found.append(_difference(name, pooled.difference(name, p), interval, problem))
    return found


def _problem(figures: Figures, name: str, p: float, confidence: float) -> str:
    """Return why the quantile has no interval, or an empty text."""
    needed = needed_for_interval(p, confidence)
    for backend, side in figures.items():
        if (side.skipped_share or 0.0) > MOST_SKIPPED:
            return (
                f"{words.percent(side.skipped_share or 0.0)} of the requests to {backend} were "
                "skipped, so the backends got different requests"
            )
        count = side.latency.count
        if not count:
            return f"{backend} has no response"
        if count < needed:
            return f"{backend} has {count:,} responses of the {needed:,} that {name} needs"
    for backend, side in figures.items():
        if side.could_be_failure(p):
            return _failed(backend, side)
    return ""


def _failed(backend: Backend, side: BackendFigures) -> str:
    return f"{words.percent(side.failed_share or 0.0)} of the requests to {backend} did not succeed"


def _interval_problem(figures: Figures) -> str:
    """Return why the bootstrap found no interval."""
    backend, side = max(figures.items(), key=lambda item: item[1].failed_share or 0.0)
    if side.failed_share:
        return _failed(backend, side)
    return "a backend has long periods without a response"


def _block_problem(blocks: Sequence[Block], name: str, p: float) -> str:
    if len(blocks) < LEAST:
        return words.too_short(len(blocks))
    needed = round(1 / (1 - p))
    for backend in Backend:
        mean = sum(len(block.latencies[backend]) for block in blocks) / len(blocks)
        if mean < needed - 1e-9:
            return (
                f"{backend} has {math.floor(mean):,} responses per block of the {needed:,} that "
                f"{name} needs"
            )
    return ""


def _difference(
    name: str, value: float | None, interval: Interval | None, problem: str
) -> Difference:
    if interval is None:
        return Difference(
            quantile=name,
            value=value,
            low=None,
            high=None,
            faster=None,
            sentence=words.no_interval(name, problem),
        )
    faster = _faster(interval)
    return Difference(
        quantile=name,
        value=interval.value,
        low=interval.low,
        high=interval.high,
        faster=faster,
        sentence=words.difference(name, faster, interval.value, interval.low, interval.high),
    )


def _faster(interval: Interval) -> Backend | None:
    if interval.low > 0:
        return Backend.CONTAINERS
    return Backend.FUNCTIONS if interval.high < 0 else None
