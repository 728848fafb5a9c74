"""The items of each backend: bars that begin where the one before ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lab.backends import Backend
from lab.cost.report import CostReport
from lab.cost.usage import Item, SideCosts
from lab.report import numbers, svg
from lab.report.figure import Figure, Table
from lab.report.markup import Markup, join
from lab.report.money import axis_usd, usd
from lab.report.scales import Linear, linear_range
from lab.report.svg import Frame, Point
from lab.statistics import words

_UNVERIFIED: Final = " †"
_TOTAL: Final = "total"
_ROW: Final = 24
_NARROW_ROW: Final = 38
_BAR: Final = 14

Bars = Sequence[tuple[str, float, float, str]]
"""Each with its label, start, end and amount."""


@dataclass(frozen=True, kw_only=True)
class _Room:
    """What both charts need: the same scale, and the same width for labels."""

    most: float
    labels: float


def cost_items(report: CostReport) -> list[Figure]:
    """Return the chart of each backend, and the table of what they share."""
    sides = {backend: report.costs.side(backend) for backend in Backend}
    room = _Room(
        most=max(float(side.shown) for side in sides.values()),
        labels=10
        + max(svg.text_width(_name(item)) for side in sides.values() for item in side.items),
    )
    figures = [_side(backend, side, room) for backend, side in sides.items()]
    shared = report.costs.shared
    return [
        *figures,
        Figure(
            title="Items that both share",
            sentence=f"These {usd(shared.shown)} come on top of each backend.",
            table=_table("Items that both backends share, a month", shared),
            draw=None,
        ),
    ]


def _side(backend: Backend, side: SideCosts, room: _Room) -> Figure:
    largest = max(side.items, key=lambda item: item.exact)
    sentence = f"The {backend} cost nothing at this traffic."
    if side.shown:
        sentence = (
            f"The {backend} cost {usd(side.shown)} a month; the largest item is {largest.label}"
            f" ({words.percent(float(largest.exact / side.exact))})."
        )
    return Figure(
        title=f"Items of the {backend}",
        sentence=sentence,
        table=_table(f"Items of the {backend}, a month", side),
        draw=(lambda width: _draw(width, backend, _bars(side), room)) if side.shown else None,
        note="Each bar begins where the one above it ends.",
    )


def _bars(side: SideCosts) -> Bars:
    """Return the bars of all items that cost at least a cent, the largest first, and the total."""
    found, start = [], 0.0
    for item in sorted(side.items, key=lambda one: -one.exact):
        if item.shown:
            end = start + float(item.shown)
            found.append((_name(item), start, end, usd(item.exact)))
            start = end
    return [*found, (_TOTAL, 0.0, start, usd(side.shown))]


def _draw(width: int, backend: Backend, bars: Bars, room: _Room) -> Markup:
    is_narrow = width <= svg.NARROW
    row = _NARROW_ROW if is_narrow else _ROW
    left = 4 if is_narrow else round(room.labels)
    right = 12 + round(max(svg.text_width(amount) for *_, amount in bars))
    frame = Frame(width=width, height=8 + row * len(bars) + 44, left=left, right=right, top=8)
    scale = Linear(*linear_range([room.most]), frame.left, frame.x_end, 4 if is_narrow else 6)
    parts = [svg.bottom_axis(frame, scale, "USD a month", axis_usd)]
    for number, (name, start, end, amount) in enumerate(bars):
        y = frame.top + row * (number + 1) - _BAR - 4
        label = (0, y - 5) if is_narrow else (0, y + 11)
        class_ = "strong halo" if name == _TOTAL else "halo"
        bar = _bar((scale(start), y), scale(end), backend, is_total=name == _TOTAL)
        text = svg.text((scale(end) + 6, y + 11), amount, class_=class_)
        parts += [svg.text(label, name, class_=class_), bar, text]
    return svg.canvas(frame, f"Monthly cost of the {backend} by item", *parts)


def _bar(at: Point, end: float, backend: Backend, *, is_total: bool) -> Markup:
    look = "full" if is_total else "hollow"
    corner = (max(end, at[0] + 1), at[1] + _BAR)
    bar = svg.rectangle(at, corner, f"{look} {backend}")
    return join((svg.rectangle(at, corner, f"slot {backend}"), bar)) if is_total else bar


def _table(caption: str, side: SideCosts) -> Table:
    rows = [
        [_name(item), usd(item.exact), numbers.number(float(item.quantity)), item.unit]
        for item in side.items
    ]
    rows.append([_TOTAL, usd(side.shown), "", ""])
    heads = ["item", "cost", "quantity", "unit"]
    return Table(caption=caption, heads=heads, rows=rows, has_total=True)


def _name(item: Item) -> str:
    return item.label + ("" if item.verified else _UNVERIFIED)
