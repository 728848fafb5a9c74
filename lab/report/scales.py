"""Map values to positions, and choose the ticks of an axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

_STEPS: Final = (1.0, 2.0, 5.0, 10.0)
_MULTIPLES: Final = (
    (1, (1.0, 2.0, 3.0, 4.0, 5.0, 7.0)),
    (3, (1.0, 2.0, 5.0)),
    (math.inf, (1.0,)),
)
"""The ticks of a logarithmic scale in each decade, by the most decades it has."""


class Scale(Protocol):
    """Maps values from *low* to *high* to pixels from *start* to *end*."""

    low: float
    high: float

    def __call__(self, value: float) -> float: ...

    def ticks(self) -> Sequence[float]: ...


@dataclass
class Linear:
    """Equal distances are equal differences."""

    low: float
    high: float
    start: float
    end: float
    most_ticks: int = 6

    def __call__(self, value: float) -> float:
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> Sequence[float]:
        step = nice_step(self.high - self.low, self.most_ticks)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [number * step for number in range(first, last + 1)]


@dataclass
class Log:
    """Equal distances are equal ratios. *low* is above 0."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        inside = min(max(value, self.low), self.high)
        share = math.log(inside / self.low) / math.log(self.high / self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> Sequence[float]:
        """Return the powers of ten, and on short scales also some of their multiples."""
        decades = math.log10(self.high / self.low)
        factors = next(found for most, found in _MULTIPLES if decades <= most)
        first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
        values = [factor * 10.0**power for power in range(first, last + 1) for factor in factors]
        tolerance = 1 + 1e-9
        return [one for one in values if self.low / tolerance <= one <= self.high * tolerance]


@dataclass
class SignedLog:
    """Logarithmic on both sides of 0, and linear up to about *unit*."""

    low: float
    high: float
    start: float
    end: float
    unit: float

    def __call__(self, value: float) -> float:
        low, high, at = (
            math.asinh(one / self.unit) for one in (self.low, self.high, self._inside(value))
        )
        return self.start + (at - low) / (high - low) * (self.end - self.start)

    def _inside(self, value: float) -> float:
        return min(max(value, self.low), self.high)

    def ticks(self) -> Sequence[float]:
        """Return 0 and the powers of ten on both sides, from *unit* on."""
        most = max(abs(self.low), abs(self.high))
        powers = range(math.ceil(math.log10(self.unit) - 1e-9), math.floor(math.log10(most)) + 1)
        values = [sign * 10.0**power for power in powers for sign in (-1, 1)]
        return sorted([0.0, *(one for one in values if self.low <= one <= self.high)])


def nice_step(span: float, most: int) -> float:
    """Return the smallest of 1, 2, 5, 10, … that divides *span* into at most *most* parts."""
    rough = span / most
    magnitude = 10.0 ** math.floor(math.log10(rough))
    return next(step * magnitude for step in _STEPS if step * magnitude >= rough * (1 - 1e-9))


def linear_range(values: Sequence[float]) -> tuple[float, float]:
    """Return the limits of a linear scale that shows *values* and 0."""
    low, high = min((*values, 0.0)), max((*values, 0.0))
    if low == high:
        return 0.0, 1.0
    step = nice_step(high - low, 5)
    return math.floor(low / step) * step, math.ceil(high / step) * step


def log_range(values: Sequence[float]) -> tuple[float, float]:
    """Return the limits of a logarithmic scale that shows *values*; those up to 0 have no place."""
    positive = [value for value in values if value > 0]
    if not positive:
        return 1.0, 10.0
    low, high = _down(min(positive)), 1 / _down(1 / max(positive))
    return (low, high) if high > low * 2 else (low / 2, high * 2)


def _down(value: float) -> float:
    """Return the next of 1, 2, 5, 10, … at or below *value*."""
    magnitude = 10.0 ** math.floor(math.log10(value))
    return max(step * magnitude for step in _STEPS if step * magnitude <= value * (1 + 1e-9))
