"""What the cost screen shows: the totals, the break-even, the items, and the curve."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from lab.backends import Backend
from lab.cost import break_even, model, tasks
from lab.cost.break_even import BreakEven, CostCurve
from lab.cost.inputs import Inputs
from lab.cost.model import Costs
from lab.cost.prices import Prices
from lab.cost.units import SECONDS
from lab.cost.usage import Item, SideCosts
from tui import report_text, text
from tui.text import Safe

_FIRST: Final = 1_000
_LEAST_LAST: Final = 100_000_000
_POINTS: Final = 100
_FACTOR: Final = 10
_BAR: Final = 12
_NOT_VERIFIED: Final = "?"

Line = tuple[str, Safe]


@dataclass(frozen=True, kw_only=True)
class CostView:
    """The cost of a month, and how it changes with the traffic."""

    inputs: Inputs
    prices: Prices
    costs: Costs
    break_even: BreakEven
    points: Mapping[Backend, Sequence[tuple[float, float]]]
    """Requests per month, and the cost of a backend without what both share."""
    two_tasks: Decimal | None
    """What the containers cost with a second task, if they have one."""

    @classmethod
    def of(cls, inputs: Inputs, prices: Prices) -> CostView:
        """Calculate everything; raise CostError if a price is missing."""
        found = break_even.crossings(inputs, prices)
        return cls(
            inputs=inputs,
            prices=prices,
            costs=model.monthly(inputs, prices),
            break_even=found,
            points=_curve(inputs, prices, found),
            two_tasks=_with_two_tasks(inputs, prices),
        )

    @property
    def requests(self) -> float:
        return float(self.inputs.traffic.requests)


def _with_two_tasks(inputs: Inputs, prices: Prices) -> Decimal | None:
    containers = inputs.containers
    if containers.scaling.min_tasks != 1:
        return None
    scaling = replace(containers.scaling, min_tasks=2)
    two = replace(inputs, containers=replace(containers, scaling=scaling))
    return model.monthly(two, prices).containers.shown


def _curve(
    inputs: Inputs, prices: Prices, found: BreakEven
) -> dict[Backend, list[tuple[float, float]]]:
    """Return the points of both curves, at the same distances on a logarithmic axis."""
    curve = CostCurve(inputs, prices)
    beyond = [_FACTOR * crossing.requests for crossing in found.crossings]
    wanted = max(_LEAST_LAST, _FACTOR * int(inputs.traffic.requests), *beyond)
    last = min(found.searched_to, wanted)
    ratio = (last / _FIRST) ** (1 / _POINTS)
    places = sorted({round(_FIRST * ratio**number) for number in range(_POINTS + 1)} | {last})
    return {
        backend: [(float(at), float(curve.cost(backend, at))) for at in places if at <= last]
        for backend in Backend
    }


def headline(view: CostView) -> list[str]:
    """Return what a month costs, and where the break-even is, one sentence each."""
    functions, containers, shared = view.costs.functions, view.costs.containers, view.costs.shared
    total = (
        f"FUNCTIONS {functions.shown:,} USD, CONTAINERS {containers.shown:,} USD a month, "
        f"and {shared.shown:,} USD that both share."
    )
    return [total, *crossings(view.break_even)]


def crossings(found: BreakEven) -> list[str]:
    """Return where the cheaper backend changes."""
    if found.never:
        to = report_text.compact(found.searched_to)
        return [
            f"{found.idle_cheaper.upper()} cost less for any traffic up to {to} requests a month."
        ]
    return [
        f"{crossing.cheaper.upper()} cost less from {crossing.requests:,} requests a month on "
        f"({crossing.per_second:.2f} per second), "
        f"where both cost {crossing.containers_usd:,.2f} USD."
        for crossing in found.crossings
    ]


def lines(view: CostView, width: int) -> list[Line]:
    """Return all items, what the calculation assumes, and which prices are not verified."""
    costs, found = view.costs, view.break_even
    top = max(item.shown for side in (costs.functions, costs.containers) for item in side.items)
    return [
        *_side("FUNCTIONS", costs.functions, top, width),
        *_side("CONTAINERS", costs.containers, top, width),
        *_side("both share", costs.shared, top, width),
        *_wrapped("plain", [_idle(found), *_warnings(view)], width),
        *_wrapped("dim", _assumptions(view), width),
    ]


def _idle(found: BreakEven) -> str:
    return (
        f"Without requests: FUNCTIONS {found.idle_functions_usd:,.2f} USD, "
        f"CONTAINERS {found.idle_containers_usd:,.2f} USD a month."
    )


def _warnings(view: CostView) -> Iterator[str]:
    scaling = view.inputs.containers.scaling
    warning = tasks.warning(scaling, view.inputs.traffic)
    if warning:
        yield warning
    if view.two_tasks is not None:
        yield (
            "One task runs in one zone only. "
            f"With two tasks, CONTAINERS cost {view.two_tasks:,} USD a month."
        )


def _assumptions(view: CostView) -> Iterator[str]:
    inputs = view.inputs
    rate = inputs.traffic.requests / SECONDS
    earliest, latest = view.prices.dates
    yield f"{rate:,.2f} requests per second in a month of 730 hours, free tier {inputs.free_tier}."
    yield (
        f"Cold starts: {inputs.functions.cold_share:.2%} of the requests, "
        f"{inputs.functions.init_ms:f} ms each. "
        f"Responses of {inputs.shared.response_bytes:,f} bytes."
    )
    yield f"Prices of {view.prices.region} from {earliest} to {latest}, in USD, without taxes."
    if view.costs.unverified:
        yield f"{_NOT_VERIFIED} not verified: the prices of {', '.join(view.costs.unverified)}."


def _side(head: str, side: SideCosts, top: Decimal, width: int) -> Iterator[Line]:
    yield "backends", text.row(f"{head:<34}{side.shown:>12,} USD a month")
    for item in side.items:
        yield "plain", _item(item, top, width)


def _item(item: Item, top: Decimal, width: int) -> Safe:
    """Return the line of an item, with a bar if there is room for it."""
    mark = "" if item.verified else f" {_NOT_VERIFIED}"
    words = f"  {item.label + mark:<32}{item.shown:>12,}"
    room = min(_BAR * 2, width - len(words) - 2)
    size = round(room * item.shown / top) if top and room >= _BAR else 0
    return text.row(f"{words}  {'▇' * size}".rstrip())


def _wrapped(mark: str, sentences: Sequence[str] | Iterator[str], width: int) -> list[Line]:
    return [
        (mark, Safe(part))
        for sentence in sentences
        for part in textwrap.wrap(text.line(sentence, 900), max(20, width)) or [""]
    ]
