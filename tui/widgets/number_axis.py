"""A horizontal axis of numbers, such as seconds, percentiles or requests per month."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from tui import report_text

_STEPS: Final = (1, 2, 5)
_MOST_TICKS: Final = 8
_ROUNDING: Final = 1e-6  # of a step: a length of 59.999… seconds has a label at 60


@dataclass(frozen=True, kw_only=True)
class NumberAxis:
    """An axis from *low* to *high*, both included. *ticks* are the labels by number."""

    low: float
    high: float
    ticks: Mapping[float, str] = field(default_factory=dict)
    is_log: bool = False

    @classmethod
    def linear(cls, low: float, high: float) -> NumberAxis:
        """Return an axis with a label at each multiple of a round number."""
        step = _round_step(high - low)
        numbers = range(math.ceil(low / step - _ROUNDING), math.floor(high / step + _ROUNDING) + 1)
        ticks = {number * step: report_text.number(number * step) for number in numbers}
        return cls(low=low, high=high, ticks=ticks)

    @classmethod
    def powers(cls, low: float, high: float) -> NumberAxis:
        """Return a logarithmic axis with a label at each power of ten."""
        exponents = range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)
        ticks = {10.0**exponent: report_text.compact(10.0**exponent) for exponent in exponents}
        return cls(low=low, high=high, ticks=ticks, is_log=True)

    def pieces(self, points: Iterable[tuple[float, float]]) -> Iterator[list[tuple[float, float]]]:
        """Yield the points of the axis as one curve."""
        piece = [(at, value) for at, value in points if self.low <= at <= self.high]
        if piece:
            yield piece

    def dots(self, at: float, width: int) -> tuple[int, int]:
        """Return the dot of a number among *width* dots, twice: a number covers one dot."""
        dot = self._place(at, width)
        return dot, dot

    def words(self, room: int) -> str:
        """Return the line of labels: each is centered below its number if there is room."""
        line = " " * room
        for at, label in self.ticks.items():
            start = self._place(at, room) - len(label) // 2
            start = max(0, min(start, room - len(label)))
            around = line[max(0, start - 1) : start + len(label) + 1]
            if len(label) <= room and not around.strip():
                line = line[:start] + label + line[start + len(label) :]
        return line

    def _place(self, at: float, width: int) -> int:
        low, high, value = self.low, self.high, min(max(at, self.low), self.high)
        if self.is_log:
            low, high, value = math.log(low), math.log(high), math.log(value)
        return round((value - low) / (high - low) * (width - 1)) if high > low else 0


def _round_step(length: float) -> float:
    """Return the smallest round number that divides *length* into a few parts."""
    power = 10.0 ** math.floor(math.log10(length / _MOST_TICKS))
    return next(step * power for step in (*_STEPS, 10) if length / (step * power) <= _MOST_TICKS)
