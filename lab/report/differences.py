"""The differences of the two backends with their intervals and the zero line."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from lab.backends import Backend
from lab.report import numbers, svg
from lab.report.figure import Figure, Table
from lab.report.markup import Markup, join
from lab.report.scales import Linear, Scale, SignedLog, linear_range
from lab.report.svg import Frame, Key, Point
from lab.summary import Difference, Summary

_ROW: Final = 40
_CAP: Final = 5
_RATIO: Final = 15


def differences(summary: Summary) -> Figure:
    """Return the chart of the differences."""
    shown = [one for one in summary.differences if one.value is not None]
    return Figure(
        title="Difference of the two backends",
        sentence=_sentence(summary.differences),
        table=_table(summary),
        draw=(lambda width: _draw(width, shown)) if shown else None,
        note=_method(summary),
    )


def _sentence(found: Sequence[Difference]) -> str:
    faster = {
        backend: [one.quantile for one in found if one.faster is backend] for backend in Backend
    }
    parts = [
        f"{backend} are faster at {_listed(names)}" for backend, names in faster.items() if names
    ]
    undecided = [one for one in found if one.faster is None]
    open_ = [one.quantile for one in undecided if one.low is not None]
    unknown = [one.quantile for one in undecided if one.low is None]
    if open_:
        parts.append(f"no difference is shown at {_listed(open_)}")
    if unknown:
        parts.append(f"there is no interval at {_listed(unknown)}")
    return numbers.sentence(parts or ["there are no differences to show"])


def _listed(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _method(summary: Summary) -> str:
    blocks = summary.blocks
    zero = f"{_interval(summary)}s that cross the zero line show no difference."
    if blocks is None or not blocks.draws:
        return zero
    lag = "" if blocks.lag1 is None else f", lag-1 correlation {round(blocks.lag1, 2) + 0:.2f}"
    return (
        f"{zero} Method: paired bootstrap over {numbers.count(blocks.count, 'block')} of"
        f" {numbers.seconds(blocks.seconds)}{lag}, {blocks.draws:,} draws, seed {blocks.seed}."
    )


def _interval(summary: Summary) -> str:
    return f"{summary.confidence * 100:.0f} % interval"


def _draw(width: int, found: Sequence[Difference]) -> Markup:
    legend, top = svg.legend(_keys(found), width)
    frame = Frame(
        width=width, height=top + 26 + _ROW * len(found) + 44, left=56, right=18, top=top + 26
    )
    scale = _scale(frame, found)
    label = "functions minus containers, in ms"
    if isinstance(scale, SignedLog):
        label += ", logarithmic"
    parts = [svg.bottom_axis(frame, scale, label, _signed), _zero(frame, scale)]
    for number, one in enumerate(found):
        y = frame.top + _ROW * (number + 0.5)
        parts += [svg.text((0, y + 4), one.quantile, class_="strong"), _row(scale, y, one)]
    title = "Differences of the two backends with intervals and the zero line"
    return svg.canvas(frame, title, legend, *parts)


def _scale(frame: Frame, found: Sequence[Difference]) -> Scale:
    """Return a linear scale, or a logarithmic one if it would hide the smaller differences."""
    ends = frame.left, frame.x_end
    values = [value for one in found for value in _extent(one)]
    low, high = linear_range(values)
    least = min((abs(one.value) for one in found if one.value), default=1.0)
    if max(-low, high) <= least * _RATIO:
        return Linear(low, high, *ends, 5 if frame.width <= svg.NARROW else 8)
    unit = max(least, max(-low, high) / 100)
    return SignedLog(min(min(values) * 1.5, -unit), max(max(values) * 1.5, unit), *ends, unit / 2)


def _keys(found: Sequence[Difference]) -> list[Key]:
    keys = [Key(label=f"{one} faster", sample=partial(_mark, faster=one)) for one in Backend]
    if any(one.faster is None and one.low is not None for one in found):
        keys.append(Key(label="no difference shown", sample=partial(_mark, faster=None)))
    if any(one.low is None for one in found):
        keys.append(Key(label="no interval", sample=_without_interval))
    return keys


def _without_interval(at: Point) -> Markup:
    return svg.marker("cross", at, "neutral")


def _mark(at: Point, faster: Backend | None, size: float = 5.5) -> Markup:
    if faster is None:
        return svg.marker("diamond", at, "hollow neutral", size=size + 0.5)
    return svg.marker(svg.MARKER[faster], at, f"full {faster}", size=size)


def _extent(one: Difference) -> list[float]:
    return [value for value in (one.value, one.low, one.high) if value is not None]


def _signed(value: float) -> str:
    return (
        "0" if value == 0 else ("+" if value > 0 else "\N{MINUS SIGN}") + numbers.number(abs(value))
    )


def _zero(frame: Frame, scale: Scale) -> Markup:
    """Return the zero line, and over it what each of its sides means."""
    x, y = scale(0), frame.top - 8
    parts = [svg.line(((x, frame.top - 4), (x, frame.y_end)), "zero")]
    sides: tuple[tuple[str, float, svg.Anchor, float], ...] = (
        ("◂ functions faster", x - 8, "end", x - frame.left),
        ("containers faster ▸", x + 8, "start", frame.x_end - x),
    )
    parts += [
        svg.text((at, y), label, anchor, "muted")
        for label, at, anchor, room in sides
        if room >= svg.text_width(label)
    ]
    return join(parts)


def _row(scale: Scale, y: float, one: Difference) -> Markup:
    parts, side = [], one.faster or "neutral"
    if one.low is not None and one.high is not None:
        low, high = scale(one.low), scale(one.high)
        parts.append(svg.line(((low, y), (high, y)), f"thick {side}"))
        parts += [svg.line(((x, y - _CAP), (x, y + _CAP)), side) for x in (low, high)]
    if one.value is not None:
        at = scale(one.value), y
        parts.append(_without_interval(at) if one.low is None else _mark(at, one.faster, 4.5))
    return join(parts)


def _table(summary: Summary) -> Table:
    rows = [
        [one.quantile, *(_cell(value) for value in (one.value, one.low, one.high)), one.sentence]
        for one in summary.differences
    ]
    heads = ["quantile", "difference", "low", "high", "in words"]
    caption = f"Functions minus containers in milliseconds, with {_interval(summary)}s"
    return Table(caption=caption, heads=heads, rows=rows)


def _cell(value: float | None) -> str:
    return numbers.NONE if value is None else _signed(value)
