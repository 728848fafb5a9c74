"""A chart of values over time or over a number, drawn with braille dots on a logarithmic scale.

On a linear scale, a spike of one backend would flatten the other curve. The curves differ in dash
and color, because some terminals have no colors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment, Segments
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tui.text import CUT, Safe
from tui.widgets.plot import MARK, Curve, HorizontalAxis, Mark, Plot, ValueAxis
from tui.widgets.strips import strip


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The title and the horizontal axis of a chart."""

    title: str
    axis: HorizontalAxis
    counts: bool
    """True if the values are counts, whose axis starts at 0."""
    marks: Sequence[Mark] = ()


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
        self._styles: dict[str, Style] = {}

    def show(self, frame: Frame, curves: Sequence[Curve]) -> None:
        """Draw the curves; later ones are drawn over earlier ones."""
        self._frame, self._curves = frame, curves
        self.refresh()

    def render(self) -> Segments:
        width, height = self.size
        self._styles = self._resolved_styles()
        lines = self._lines(self._frame, width, height)[:height] if self._frame else []
        drawn = [line.adjust_cell_length(width, self._styles[""]) for line in lines]
        return Segments(segment for line in drawn for segment in (*line, Segment.line()))

    def _lines(self, frame: Frame, width: int, height: int) -> list[Strip]:
        head = self._head(frame, width)
        rows = max(1, height - len(head) - 1)
        values = [value for curve in self._curves for _, value in curve.points]
        axis = ValueAxis.fitting(values, counts=frame.counts)
        labels = axis.labels(rows) if values else {}
        margin = max(map(len, labels.values()), default=0) + 2
        plot = Plot(max(1, width - margin), rows)
        plot.mark(frame.marks, frame.axis)
        for curve in self._curves:
            plot.draw(curve, frame.axis, axis)
        drawn = [self._row(labels.get(row, ""), margin, plot.row(row)) for row in range(rows)]
        return [*head, *drawn, self._below(frame.axis, margin, width)]

    def _head(self, frame: Frame, width: int) -> list[Strip]:
        """Return the title and the legend, in one line if they fit."""
        title = Strip([Segment(f" {frame.title} (log scale) ", self._styles[""])])
        legend = Strip([part for curve in self._curves for part in self._legend(curve)])
        if not any(curve.points for curve in self._curves):
            legend = Strip([Segment(" no data", self._axis)])
        if title.cell_length + legend.cell_length <= width:
            return [Strip.join([title, legend])]
        return [self._cut(title, width), self._cut(legend, width)]

    def _legend(self, curve: Curve) -> list[Segment]:
        sample = "⠒⠒" if curve.dash == 1 else "⠂⠐"
        words = curve.word if curve.points else f"{curve.word} (no data)"
        return [Segment(f" {sample} ", self._styles[curve.word]), Segment(words, self._axis)]

    def _cut(self, line: Strip, width: int) -> Strip:
        """Return the line, or as much as fits with an ellipsis."""
        if line.cell_length <= width:
            return line
        return Strip.join([line.crop(0, max(0, width - 1)), Strip([Segment(CUT, self._axis)])])

    def _row(self, label: str, margin: int, cells: Sequence[tuple[str, str]]) -> Strip:
        mark = "┤" if label else "│"
        segments = [Segment(f"{label:>{margin - 1}}{mark}", self._axis)]
        segments += [Segment(dots, self._styles[word]) for dots, word in cells]
        return Strip(segments).simplify()

    def _below(self, axis: HorizontalAxis, margin: int, width: int) -> Strip:
        """Return the labels of the horizontal axis."""
        words = f"{'':{margin}}{axis.words(max(0, width - margin))}"
        return self._cut(strip(Safe(words), max(width, len(words)), self._axis), width)

    @property
    def _axis(self) -> Style:
        return self._styles[MARK]

    def _resolved_styles(self) -> dict[str, Style]:
        """Return the style of the background (""), of the axes (`MARK`), and of each curve."""
        background = self.rich_style
        parts = {MARK: "axis"} | {curve.word: curve.word.lower() for curve in self._curves}
        return {"": background} | {
            word: background + self.get_component_rich_style(f"line-chart--{part}")
            for word, part in parts.items()
        }
