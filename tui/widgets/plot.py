"""Braille plots: points become dots, and the dots become characters.

A value at a time covers a whole step of time, so it is drawn as a horizontal line of that width.
Steps without a value stay empty.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from tui import report_text

_DOTS: Final = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # by row, then column
_BRAILLE: Final = 0x2800
_COLUMN_DOTS: Final = 2
_ROW_DOTS: Final = 4
_LABEL_DISTANCE: Final = 2  # rows
_BY_DIGIT: Final = [float(f"{digit}e{power}") for digit in (1, 5, 2) for power in range(-3, 13)]
_ROUND: Final = sorted(_BY_DIGIT)
_VERTICAL: Final = "┊"
MARK: Final = "mark"
"""The word of the cells of a marked vertical."""

Dot = tuple[int, int]
"""The column and the row of a dot, counted from the top left."""


@dataclass(frozen=True, kw_only=True)
class Curve:
    """The points of one backend: a place on the horizontal axis, and a value."""

    word: str
    dash: int
    """The distance of the dots; 1 for a solid line."""
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Mark:
    """A vertical line at a place on the horizontal axis, with a label."""

    at: float
    label: str


class HorizontalAxis(Protocol):
    """Places points from left to right."""

    def pieces(self, points: Iterable[tuple[float, float]]) -> Iterator[list[tuple[float, float]]]:
        """Yield the points that are connected, together."""

    def dots(self, at: float, width: int) -> tuple[int, int]:
        """Return the first and the last of *width* dots that a point covers."""

    def words(self, room: int) -> str:
        """Return the line below the plot."""


@dataclass(frozen=True)
class TimeAxis:
    """From *start* up to, but not including, *end*, in seconds since the epoch."""

    start: float
    end: float
    step_s: float

    def pieces(self, points: Iterable[tuple[float, float]]) -> Iterator[list[tuple[float, float]]]:
        """Yield the points without a missing step between them, together."""
        piece: list[tuple[float, float]] = []
        for at, value in points:
            if not self.start <= at < self.end:
                continue
            if piece and at - piece[-1][0] > self.step_s:
                yield piece
                piece = []
            piece.append((at, value))
        if piece:
            yield piece

    def dots(self, at: float, width: int) -> tuple[int, int]:
        """Return the first and the last of *width* dots that the step at a time covers."""
        scale = width / (self.end - self.start)
        first = min(round((at - self.start) * scale), width - 1)
        after = min(round((at + self.step_s - self.start) * scale), width)
        return first, max(first, after - 1)

    def words(self, room: int) -> str:
        """Return the first and the last time, with the time zone between them."""
        first, last = report_text.times(self.start, self.end)
        left = room - len(first) - len(last)
        zone = "UTC" if left >= len(" UTC ") else ""
        return f"{first}{zone:^{max(1, left)}}{last}"


@dataclass(frozen=True)
class ValueAxis:
    """A logarithmic axis from *low* to *high*; *offset* lets it start at zero."""

    low: float
    high: float
    offset: float = 0.0

    @classmethod
    def fitting(cls, values: Iterable[float], *, counts: bool) -> ValueAxis:
        """Return an axis with round ends: from 0 for counts, otherwise around the values."""
        drawn = [min(max(value, _ROUND[1]), _ROUND[-2]) for value in values if value > 0] or [1.0]
        if counts:
            return cls(0.0, _at_least(max(drawn)), offset=1.0)
        low, high = _at_most(min(drawn)), _at_least(max(drawn))
        if low < high:
            return cls(low, high)
        number = _ROUND.index(low)  # all values are this number: draw it in the middle
        return cls(_ROUND[number - 1], _ROUND[number + 1])

    def dot(self, value: float, height: int) -> int:
        """Return the row of a value among *height* dots."""
        shifted = max(value, self.low) + self.offset
        full = math.log((self.high + self.offset) / (self.low + self.offset))
        up = math.log(shifted / (self.low + self.offset)) / full
        return round((1 - min(up, 1.0)) * (height - 1))

    def labels(self, rows: int) -> Mapping[int, str]:
        """Return labels by row: both ends, and the round numbers that fit, powers of ten first."""
        found = {0: _text(self.high)}
        least = 1.0 if self.offset else 0.0  # there is no half of a request
        between = [value for value in _BY_DIGIT if self.low < value < self.high and value >= least]
        for value in (self.low, *between):
            row = self.dot(value, rows * _ROW_DOTS) // _ROW_DOTS
            if all(abs(row - other) >= _LABEL_DISTANCE for other in found):
                found[row] = _text(value)
        return found


def _text(value: float) -> str:
    return f"{value:,.0f}" if value >= 1 or value == 0 else f"{value:g}"


def _at_most(value: float) -> float:
    """Return the largest round number up to *value*."""
    return max(number for number in _ROUND if number <= value)


def _at_least(value: float) -> float:
    """Return the smallest round number from *value* on."""
    return min(number for number in _ROUND if number >= value)


class Plot:
    """A grid of cells with eight dots each."""

    def __init__(self, columns: int, rows: int) -> None:
        self._columns, self._rows = columns, rows
        self._dots: dict[tuple[int, int], int] = defaultdict(int)
        self._words: dict[tuple[int, int], str] = {}
        self._below: dict[tuple[int, int], str] = {}

    def mark(self, marks: Sequence[Mark], axis: HorizontalAxis) -> None:
        """Draw verticals below all curves. Each label is a row below the one before it."""
        columns = [axis.dots(mark.at, self._columns)[0] for mark in marks]
        self._below |= {(row, column): _VERTICAL for row in range(self._rows) for column in columns}
        for number, (mark, column) in enumerate(zip(marks, columns, strict=True)):
            start = column + 1
            if start + len(mark.label) > self._columns:
                start = max(0, column - len(mark.label))
            for cell, letter in enumerate(mark.label[: self._columns - start], start):
                self._below[number % self._rows, cell] = letter

    def draw(self, curve: Curve, axis: HorizontalAxis, values: ValueAxis) -> None:
        """Draw a curve, over earlier ones."""
        width, height = self._columns * _COLUMN_DOTS, self._rows * _ROW_DOTS
        for piece in axis.pieces(curve.points):
            corners: list[Dot] = []
            for at, value in piece:
                row = values.dot(value, height)
                corners += [(column, row) for column in axis.dots(at, width)]
            dots = list(_connected(corners))
            self._add(dots[:: curve.dash], curve.word)

    def _add(self, dots: Iterable[Dot], word: str) -> None:
        for x, y in dots:
            cell = (y // _ROW_DOTS, x // _COLUMN_DOTS)
            self._dots[cell] |= _DOTS[y % _ROW_DOTS][x % _COLUMN_DOTS]
            self._words[cell] = word

    def row(self, row: int) -> list[tuple[str, str]]:
        """Return the cells of one row, each with the word of its curve."""
        return [self._cell((row, column)) for column in range(self._columns)]

    def _cell(self, cell: tuple[int, int]) -> tuple[str, str]:
        if cell in self._dots:
            return chr(_BRAILLE + self._dots[cell]), self._words[cell]
        return (self._below[cell], MARK) if cell in self._below else (" ", "")


def _connected(corners: Sequence[Dot]) -> Iterator[Dot]:
    """Yield every dot on the lines between *corners*."""
    yield corners[0]
    for (x, y), (to_x, to_y) in itertools.pairwise(corners):
        count = max(abs(to_x - x), abs(to_y - y))
        for part in range(1, count + 1):
            yield round(x + (to_x - x) * part / count), round(y + (to_y - y) * part / count)
