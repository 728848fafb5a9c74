"""How much each number moves the difference of the costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lab.cost.report import CostReport
from lab.cost.sensitivity import Influence, Variant
from lab.report import numbers, svg
from lab.report.figure import Figure, Table
from lab.report.markup import Markup, join
from lab.report.money import usd
from lab.report.scales import Linear, Scale, linear_range
from lab.report.svg import Frame, Key, Point

_SHOWN: Final = 10
_ROW: Final = 30
_NARROW_ROW: Final = 44
_BAR: Final = 14


def tornado(report: CostReport) -> Figure:
    """Return the chart of the numbers that move the difference of the costs most."""
    shown = report.sensitivity[:_SHOWN]
    base = float(report.costs.functions.exact - report.costs.containers.exact)
    return Figure(
        title="What moves the difference",
        sentence=_sentence(shown),
        table=_table(report.sensitivity),
        draw=(lambda width: _draw(width, shown, base)) if shown else None,
        note=(
            "Each bar goes from half of a number (hollow end) to twice the number (full end), as"
            " far as AWS allows that, or from an item left out to the item counted. The dotted line"
            " is this calculation. Left of the zero line, functions are cheaper."
        ),
    )


def _sentence(shown: Sequence[Influence]) -> str:
    if not shown:
        return "No number changes the difference of the costs."
    first = shown[0]
    return (
        f"The difference of the monthly costs depends most on {first.name}: it changes by"
        f" {usd(first.span_usd)}."
    )


def _draw(width: int, shown: Sequence[Influence], base: float) -> Markup:
    is_narrow = width <= svg.NARROW
    row = _NARROW_ROW if is_narrow else _ROW
    legend, top = svg.legend(_KEYS, width)
    left = 16 if is_narrow else 10 + round(max(svg.text_width(one.name) for one in shown))
    frame = Frame(
        width=width, height=top + 24 + row * len(shown) + 44, left=left, right=16, top=top + 24
    )
    ends = [float(end.difference_usd) for one in shown for end in (one.low, one.high)]
    limits = linear_range([*ends, base])
    scale = Linear(*limits, frame.left, frame.x_end, 4 if is_narrow else 6)
    label = "functions minus containers, USD a month"
    parts = [svg.bottom_axis(frame, scale, label, _amount), _lines(frame, scale, base)]
    for number, one in enumerate(shown):
        y = frame.top + row * (number + 1) - _BAR - 6
        at = (0, y - 5) if is_narrow else (0, y + 11)
        parts += [svg.text(at, one.name, class_="halo"), _bar(scale, y, one)]
    return svg.canvas(frame, "Sensitivity of the difference of the costs", legend, *parts)


def _amount(value: float) -> str:
    sign = "\N{MINUS SIGN}" if value < 0 else ""
    return sign + numbers.number(abs(value))


def _lines(frame: Frame, scale: Linear, base: float) -> Markup:
    """Return the zero line, what its sides mean, and the line of this calculation."""
    x, y = scale(0), frame.top - 8
    sides: tuple[tuple[str, float, svg.Anchor, float], ...] = (
        ("◂ functions cheaper", x - 8, "end", x - frame.left),
        ("containers cheaper ▸", x + 8, "start", frame.x_end - x),
    )
    return join(
        (
            svg.line(((x, frame.top - 4), (x, frame.y_end)), "zero"),
            svg.line(((scale(base), frame.top), (scale(base), frame.y_end)), "zero", "2 3"),
            *(
                svg.text((at, y), label, anchor, "muted")
                for label, at, anchor, room in sides
                if room >= svg.text_width(label)
            ),
        )
    )


def _bar(scale: Scale, y: float, one: Influence) -> Markup:
    low, high = (scale(float(end.difference_usd)) for end in (one.low, one.high))
    middle = y + _BAR / 2
    return join(
        (
            svg.line(((low, middle), (high, middle)), "neutral thick"),
            _low((low, middle)),
            _high((high, middle)),
        )
    )


def _low(at: Point) -> Markup:
    return svg.marker("circle", at, "hollow neutral")


def _high(at: Point) -> Markup:
    return svg.marker("circle", at, "full neutral")


_KEYS: Final = (
    Key(label="half, or left out", sample=_low),
    Key(label="twice, or counted", sample=_high),
)


def _table(found: Sequence[Influence]) -> Table:
    rows = [[one.name, *_cells(one.low), *_cells(one.high)] for one in found]
    heads = [
        "number",
        "from",
        "difference",
        "last break-even",
        "to",
        "difference",
        "last break-even",
    ]
    caption = "Functions minus containers a month, with one number changed"
    return Table(caption=caption, heads=heads, rows=rows)


def _cells(variant: Variant) -> tuple[str, str, str]:
    break_even = "never" if variant.break_even is None else f"{variant.break_even:,}"
    return variant.label, f"{variant.difference_usd:,.2f} USD", break_even
