"""One calculation in full: what the command, the screens and the HTML report show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from lab.backends import Backend
from lab.cost.break_even import BreakEven, CostCurve, crossings
from lab.cost.inputs import Inputs
from lab.cost.model import Costs, monthly
from lab.cost.prices import Prices
from lab.cost.sensitivity import Influence, influences
from lab.cost.words import assumption_sentences, warning_sentences

_LEAST_SHOWN: Final = 10_000
_POINTS: Final = 60
_MOST_STEPS: Final = 60


@dataclass(frozen=True, kw_only=True)
class Intervals:
    """Measured 95 % intervals; None where nothing was measured."""

    billed_ms: tuple[Decimal, Decimal] | None = None
    saturation_per_s: tuple[Decimal, Decimal] | None = None


@dataclass(frozen=True, kw_only=True)
class CurvePoint:
    """The costs at one traffic, without what both backends share, each with its bounds."""

    requests: int
    functions_usd: Decimal
    containers_usd: Decimal
    functions_range: tuple[Decimal, Decimal]
    containers_range: tuple[Decimal, Decimal]


@dataclass(frozen=True, kw_only=True)
class Band:
    """The crossings at the bounds of the intervals: earliest and latest."""

    earliest: BreakEven
    latest: BreakEven


@dataclass(frozen=True, kw_only=True)
class CostReport:
    """The result of a calculation.

    *by_tasks* has the crossings with one and with two tasks at least. *band* is None without
    intervals. *notes* say where measured inputs come from.
    """

    inputs: Inputs
    prices: Prices
    costs: Costs
    break_even: BreakEven
    by_tasks: Mapping[int, BreakEven]
    curve: Sequence[CurvePoint]
    band: Band | None
    sensitivity: Sequence[Influence]
    assumptions: Sequence[str]
    warnings: Sequence[str]
    notes: Sequence[str] = ()

    @property
    def unverified(self) -> Sequence[str]:
        """The items whose prices were not read from a price list or a bill."""
        return self.costs.unverified


def cost_report(
    inputs: Inputs, prices: Prices, intervals: Intervals | None = None, notes: Sequence[str] = ()
) -> CostReport:
    """Calculate everything that is shown."""
    bounds = _bounds(inputs, intervals or Intervals())
    break_even = crossings(inputs, prices)
    return CostReport(
        inputs=inputs,
        prices=prices,
        costs=monthly(inputs, prices),
        break_even=break_even,
        by_tasks={count: crossings(with_tasks(inputs, count), prices) for count in (1, 2)},
        curve=_curve(inputs, bounds, prices, break_even),
        band=_band(bounds, prices) if intervals and bounds[0] != bounds[1] else None,
        sensitivity=influences(inputs, prices),
        assumptions=assumption_sentences(inputs, prices),
        warnings=warning_sentences(inputs),
        notes=notes,
    )


def with_tasks(inputs: Inputs, count: int) -> Inputs:
    """Return the inputs with at least *count* tasks."""
    scaling = replace(inputs.containers.scaling, min_tasks=count)
    return replace(inputs, containers=replace(inputs.containers, scaling=scaling))


def _bounds(inputs: Inputs, intervals: Intervals) -> tuple[Inputs, Inputs]:
    """Return the inputs with which both backends cost least, and most."""
    billed, rates = intervals.billed_ms, intervals.saturation_per_s
    low, high = billed or (inputs.functions.billed_ms,) * 2
    fewest, most = rates or (inputs.containers.scaling.saturation_per_s,) * 2
    return _measured(inputs, low, most), _measured(inputs, high, fewest)


def _measured(inputs: Inputs, billed_ms: Decimal, saturation: Decimal | None) -> Inputs:
    containers = inputs.containers
    scaling = replace(containers.scaling, saturation_per_s=saturation)
    return replace(
        inputs,
        functions=replace(inputs.functions, billed_ms=billed_ms),
        containers=replace(containers, scaling=scaling),
    )


def _band(bounds: tuple[Inputs, Inputs], prices: Prices) -> Band:
    least, most = bounds
    return Band(
        earliest=crossings(replace(most, containers=least.containers), prices),
        latest=crossings(replace(least, containers=most.containers), prices),
    )


def _curve(
    inputs: Inputs, bounds: tuple[Inputs, Inputs], prices: Prices, break_even: BreakEven
) -> list[CurvePoint]:
    curves = [CostCurve(one, prices) for one in (inputs, *bounds)]
    curve, least, most = curves
    points = []
    for requests in _traffics(inputs, curves, break_even):
        functions, containers = (
            (least.cost(backend, requests), most.cost(backend, requests)) for backend in Backend
        )
        points.append(
            CurvePoint(
                requests=requests,
                functions_usd=curve.cost(Backend.FUNCTIONS, requests),
                containers_usd=curve.cost(Backend.CONTAINERS, requests),
                functions_range=functions,
                containers_range=containers,
            )
        )
    return points


def _traffics(inputs: Inputs, curves: Sequence[CostCurve], break_even: BreakEven) -> list[int]:
    """Return where *curves* are drawn: evenly on a logarithmic scale, and at what happens."""
    end = min(curve.limit for curve in curves)
    marks = [int(inputs.traffic.requests), *(one.requests for one in break_even.crossings)]
    last = max(1, min(end, 10 * max([1_000_000, *marks])))
    first = min(_LEAST_SHOWN, last)
    bends = (bend for curve in curves for bend in _steps(curve, last))
    found = {*marks, *_spread(first, last), *bends}
    return sorted(one for one in found if first <= one <= last)


def _spread(first: int, last: int) -> Iterator[int]:
    ratio = last / first
    for number in range(_POINTS + 1):
        yield min(last, round(first * ratio ** (number / _POINTS)))


def _steps(curve: CostCurve, last: int) -> Iterator[int]:
    """Yield both sides of each bend, unless there are too many to be seen."""
    bends = curve.bends(last)
    if len(bends) <= _MOST_STEPS:
        for bend in bends:
            yield from (bend, bend + 1)
