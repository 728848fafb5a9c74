"""The sentences on where the costs of both backends cross, and what moves the result."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lab.cost.break_even import BreakEven
from lab.cost.report import Band, CostReport
from lab.cost.sensitivity import Influence
from lab.cost.units import cents
from lab.cost.words import crossing_sentences


def break_even(report: CostReport) -> Iterable[str]:
    """Yield the idle costs, every crossing, and how tasks and intervals move the last one."""
    yield from crossing_sentences(report.break_even)
    for count, result in report.by_tasks.items():
        tasks = "task" if count == 1 else "tasks"
        yield f"With at least {count} {tasks}: {_last(result)}."
    if report.band:
        yield f"At the bounds of the measured intervals, {_bounds(report.band)}."


def sensitivity(influences: Sequence[Influence]) -> Iterable[str]:
    """Yield the difference of both costs at the ends of each input."""
    for influence in influences:
        ends = (
            f"{one.label} {cents(one.difference_usd):,}" for one in (influence.low, influence.high)
        )
        yield f"  {influence.name}: {', '.join(ends)}"


def _bounds(band: Band) -> str:
    earliest, latest = band.earliest.last, band.latest.last
    if earliest and latest and earliest.cheaper is latest.cheaper:
        return (
            f"{earliest.cheaper} are cheaper from {earliest.requests:,} and from "
            f"{latest.requests:,} requests a month"
        )
    return f"{_last(band.earliest)}, or {_last(band.latest)}"


def _last(result: BreakEven) -> str:
    """Name the last crossing."""
    last = result.last
    if last is None:
        return f"{result.idle_cheaper} are always cheaper"
    return f"{last.cheaper} are cheaper from {last.requests:,} requests a month"
