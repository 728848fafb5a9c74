"""A line chart over time, drawn with braille dots on a logarithmic scale.

On a linear scale, a spike of one backend would flatten the other curve. The curves differ in dash
and color, because some terminals have no colors.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tui.text import Safe
from tui.widgets.strips import strip

_DOTS: Final = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # by row, then column
_BRAILLE: Final = 0x2800
_LABEL_WIDTH: Final = 8
_DAY_S: Final = 24 * 3600
_THREE_DIGITS: Final = 100


@dataclass(frozen=True, kw_only=True)
class Curve:
    """The points of one backend."""

    word: str
    dash: int
    """Every dot with this number is left out; 0 for a solid line."""
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The title and the time range of a chart, in seconds since the epoch."""

    title: str
    start: float
    end: float
    step_s: float


@dataclass(frozen=True)
class _Scale:
    """Maps values to heights: 0 is the lowest value above zero, 1 the highest."""

    low: float
    high: float

    @classmethod
    def of(cls, curves: Sequence[Curve]) -> _Scale:
        values = [value for curve in curves for _, value in curve.points if value > 0]
        return cls(min(values), max(values)) if values else cls(0.0, 0.0)

    def height(self, value: float) -> float:
        if value <= self.low:
            return 0.0
        return math.log(value / self.low) / math.log(self.high / self.low)

    def value(self, height: float) -> float:
        """Return the value at a height."""
        return self.low * (self.high / self.low) ** height if self.low else 0.0


class LineChart(Widget):
    """A widget that draws curves in all of its space."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "line-chart--axis",
        "line-chart--functions",
        "line-chart--containers",
    }
    DEFAULT_CSS = """
    LineChart { height: 1fr; width: 1fr; }
    LineChart > .line-chart--axis { color: $text-muted; }
    LineChart > .line-chart--functions { color: $functions; }
    LineChart > .line-chart--containers { color: $containers; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 -- Textual's name
        super().__init__(id=id)
        self._frame: Frame | None = None
        self._curves: Sequence[Curve] = ()

    def show(self, frame: Frame, curves: Sequence[Curve]) -> None:
        """Draw the curves; later ones are drawn over earlier ones."""
        self._frame, self._curves = frame, curves
        self.refresh()

    def render_lines(self, crop: object) -> list[Strip]:
        """Draw all lines: a chart is small, and every line may have changed."""
        del crop
        width, height = self.size
        if self._frame is None:
            return [Strip.blank(width, self.rich_style)] * height
        rows = max(1, height - 2)
        scale = _Scale.of(self._curves)
        plot = _Plot(max(1, width - _LABEL_WIDTH), rows)
        for curve in self._curves:
            plot.draw(curve, _steps(curve, self._frame, scale))
        labels = _labels(scale, rows)
        lines = [self._title(self._frame, width)]
        lines += [self._row(labels.get(row, ""), plot.row(row)) for row in range(rows)]
        lines.append(self._times(self._frame, width))
        return [line.adjust_cell_length(width, self.rich_style) for line in lines[:height]]

    def _title(self, frame: Frame, width: int) -> Strip:
        axis = self.rich_style + self.get_component_rich_style("line-chart--axis")
        parts = [Segment(f" {frame.title} ", self.rich_style)]
        for curve in self._curves:
            sample = "⠒⠒" if not curve.dash else "⠂⠐"
            parts.append(Segment(f" {sample} ", self._style(curve.word)))
            words = curve.word if curve.points else f"{curve.word} (no data)"
            parts.append(Segment(words, axis))
        return Strip(parts).adjust_cell_length(width, self.rich_style)

    def _row(self, label: str, cells: Sequence[tuple[str, str]]) -> Strip:
        axis = self.rich_style + self.get_component_rich_style("line-chart--axis")
        segments = [Segment(f"{label:>{_LABEL_WIDTH - 1}}│", axis)]
        segments += [Segment(dots, self._style(word)) for dots, word in cells]
        return Strip(segments).simplify()

    def _times(self, frame: Frame, width: int) -> Strip:
        axis = self.rich_style + self.get_component_rich_style("line-chart--axis")
        form = "%m-%d %H:%M" if frame.end - frame.start > _DAY_S else "%H:%M"
        first, last = (
            datetime.fromtimestamp(at, UTC).strftime(form) for at in (frame.start, frame.end)
        )
        room = max(0, width - _LABEL_WIDTH - len(first) - len(last))
        return strip(Safe(f"{'':{_LABEL_WIDTH}}{first}{'':{room}}{last}"), width, axis)

    def _style(self, word: str) -> Style:
        if not word:
            return self.rich_style
        return self.rich_style + self.get_component_rich_style(f"line-chart--{word.lower()}")


class _Plot:
    """A grid of cells with eight dots each."""

    def __init__(self, columns: int, rows: int) -> None:
        self._columns, self._rows = columns, rows
        self._dots: dict[tuple[int, int], int] = defaultdict(int)
        self._words: dict[tuple[int, int], str] = {}

    def draw(self, curve: Curve, lines: Iterator[Sequence[tuple[float, float]]]) -> None:
        """Draw lines whose points are fractions of the width and the height."""
        width, height = self._columns * 2 - 1, self._rows * 4 - 1
        for line in lines:
            dots = [(round(x * width), round((1 - y) * height)) for x, y in line]
            if len(dots) == 1:  # widened, because a single dot is hard to see
                ((x, y),) = dots
                self._mark({(max(x - 1, 0), y), (x, y), (min(x + 1, width), y)}, curve.word)
            else:
                numbered = enumerate(_connected(dots))
                shown = {dot for n, dot in numbered if not (curve.dash and n % curve.dash)}
                self._mark(shown, curve.word)

    def _mark(self, dots: Iterable[tuple[int, int]], word: str) -> None:
        for x, y in dots:
            cell = (y // 4, x // 2)
            self._dots[cell] |= _DOTS[y % 4][x % 2]
            self._words[cell] = word

    def row(self, row: int) -> list[tuple[str, str]]:
        """Return the cells of one row, each with the word of its curve."""
        return [
            (chr(_BRAILLE + self._dots[row, column]), self._words[row, column])
            if (row, column) in self._dots
            else (" ", "")
            for column in range(self._columns)
        ]


def _steps(curve: Curve, frame: Frame, scale: _Scale) -> Iterator[Sequence[tuple[float, float]]]:
    """Yield the pieces of the curve, which is interrupted where a step has no value."""
    span = max(frame.end - frame.start - frame.step_s, 1)
    piece: list[tuple[float, float]] = []
    before = -math.inf
    for at, value in curve.points:
        if piece and at - before > frame.step_s:
            yield piece
            piece = []
        x = min(max((at - frame.start) / span, 0.0), 1.0)
        piece.append((x, scale.height(value)))
        before = at
    if piece:
        yield piece


def _connected(dots: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield every dot on the lines between *dots*."""
    yield dots[0]
    for (x, y), (to_x, to_y) in pairwise(dots):
        count = max(abs(to_x - x), abs(to_y - y))
        for number in range(1, count + 1):
            yield round(x + (to_x - x) * number / count), round(y + (to_y - y) * number / count)


def _labels(scale: _Scale, rows: int) -> Mapping[int, str]:
    """Return the labels at the top, in the middle and at the bottom, without duplicates."""
    marks = {0: 1.0, rows // 2: 1 - (rows // 2) / max(rows - 1, 1), rows - 1: 0.0}
    if scale.low == scale.high:
        marks = {rows - 1: 0.0}
    found: dict[int, str] = {}
    for row, height in marks.items():
        label = _short(scale.value(height))
        if label not in found.values():
            found[row] = label
    return found


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= _THREE_DIGITS or value == int(value) else f"{value:.2g}"
