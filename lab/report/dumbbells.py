"""Rows with the values of both backends on one logarithmic scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from lab.backends import Backend
from lab.report import numbers, svg
from lab.report.markup import Markup, join
from lab.report.scales import Log, log_range
from lab.report.svg import Frame
from lab.summary import Distribution

_ROW: Final = 46

Rows = Mapping[str, Mapping[Backend, float]]
"""The values in milliseconds by row and backend; a value above 0 has a marker."""


def values(name: str, sides: Mapping[Backend, Distribution]) -> dict[Backend, float]:
    """Return the values of one quantile, without those that have no support."""
    found = {backend: one.quantiles.get(name) for backend, one in sides.items()}
    return {backend: one.value for backend, one in found.items() if one and one.value is not None}


def has_values(rows: Rows) -> bool:
    return any(rows.values())


def draw(width: int, title: str, label: str, rows: Rows) -> Markup:
    """Return the chart. *label* names the scale."""
    backends = [one for one in Backend if any(one in row for row in rows.values())]
    legend, top = svg.legend([svg.marker_key(backend) for backend in backends], width)
    shown = [value for row in rows.values() for value in row.values()]
    beside = 14 + round(max(svg.text_width(numbers.number(value)) for value in shown))
    left = beside + round(max(svg.text_width(name) for name in rows))
    frame = Frame(width=width, height=top + _ROW * len(rows) + 44, left=left, top=top)
    scale = Log(*log_range(shown), frame.left, frame.x_end - beside)
    parts = [svg.bottom_axis(frame, scale, label, numbers.tick)]
    for number, (name, row) in enumerate(rows.items()):
        y = top + _ROW * (number + 0.5)
        parts += [svg.text((0, y + 4), name, class_="strong"), _pair(scale, y, row)]
    return svg.canvas(frame, title, legend, *parts)


def _pair(scale: Log, y: float, row: Mapping[Backend, float]) -> Markup:
    """Return both values of a row, joined by a line, the smaller one with its label left."""
    if not row:
        return svg.text((scale.start + 6, y + 4), "too few samples", class_="muted halo")
    ordered = sorted(row.items(), key=lambda pair: pair[1])
    parts = [svg.line([(scale(value), y) for _, value in ordered], "axis")]
    sides: Sequence[tuple[float, svg.Anchor]] = ((-9, "end"), (9, "start"))
    for (backend, value), (shift, anchor) in zip(ordered, sides, strict=False):
        at = scale(value)
        parts.append(svg.marker(svg.MARKER[backend], (at, y), f"full {backend}", size=5.5))
        parts.append(svg.text((at + shift, y + 4), numbers.number(value), anchor, "halo"))
    return join(parts)
