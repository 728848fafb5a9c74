"""A bar for each duration, made of its parts: full, hatched and hollow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from lab.backends import Backend
from lab.report import numbers, svg
from lab.report.markup import Markup, join
from lab.report.scales import Linear, linear_range
from lab.report.svg import Frame, Key, Point

_ROW: Final = 52
_BAR: Final = 20
_HATCH: Final = 6


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A duration with its three parts."""

    name: str
    backend: Backend
    parts: Sequence[float]
    total: float


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Bars with the names of their parts, and how to write a duration."""

    title: str
    parts: Sequence[str]
    bars: Sequence[Bar]
    unit: str
    write: Callable[[float], str]

    def draw(self, width: int) -> Markup:
        keys = [
            Key(label=name, sample=partial(_sample, index=index))
            for index, name in enumerate(self.parts)
        ]
        legend, top = svg.legend(keys, width)
        labels = [svg.text_width(self.write(one.total)) for one in self.bars]
        height = top + _ROW * len(self.bars) + 44
        frame = Frame(width=width, height=height, left=4, right=12 + round(max(labels)), top=top)
        limits = linear_range([one.total for one in self.bars])
        scale = Linear(*limits, frame.left, frame.x_end, 4 if width <= svg.NARROW else 8)
        parts = [svg.bottom_axis(frame, scale, self.unit, numbers.tick)]
        for number, one in enumerate(self.bars):
            y = top + _ROW * number + 18
            name = svg.text((frame.left, y), one.name, class_="halo")
            parts += [name, self._bar(scale, y + 6, one)]
        return svg.canvas(frame, self.title, legend, *parts)

    def _bar(self, scale: Linear, y: float, one: Bar) -> Markup:
        parts, start = [], 0.0
        for index, value in enumerate(one.parts):
            if value > 0:
                ends = scale(start), scale(start + value)
                parts.append(_segment((ends[0], y), (ends[1], y + _BAR), index, one.backend))
            start += value
        label = svg.text((scale(start) + 6, y + 14), self.write(one.total), class_="halo")
        return join((*parts, label))


def _sample(at: Point, index: int) -> Markup:
    x, y = at
    return _segment((x - 12, y - 7), (x + 12, y + 7), index, "neutral")


def _segment(start: Point, end: Point, index: int, class_: str) -> Markup:
    """Return a part of a bar: full, hatched or hollow."""
    (left, top), (right, bottom) = start, end
    if index == 0:
        return svg.rectangle(start, end, f"full {class_} thin")
    box = svg.rectangle(start, end, f"hollow {class_} thin")
    if index > 1:
        return box
    places = range(round(left) + _HATCH // 2, round(right), _HATCH)
    return join((box, *(svg.line(((x, top), (x, bottom)), f"{class_} thin") for x in places)))
