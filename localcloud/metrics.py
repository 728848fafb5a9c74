"""Metrics of the local cloud's parts, stored as CloudWatch stores them.

A series is a metric's name with its namespace and dimensions. It is stored by the minute, for one
day. A minute without measurements has no entry.
"""

from __future__ import annotations

import math
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Final

Meter = Callable[[str, float], None]
"""Records a value of the metric with the given name."""

MINUTE_S: Final = 60
REMEMBERED: Final = 24 * 60  # minutes
_STEP: Final = math.log(1.02)  # percentiles are within 1 %


def unmetered(name: str, value: float) -> None:
    """Record nothing: the meter of parts that run alone."""


class Values:
    """Values of one metric, in the form that statistics need."""

    def __init__(self) -> None:
        self.count = 0
        self.total = 0.0
        self.low = math.inf
        self.high = -math.inf
        self._sizes: Counter[int] = Counter()  # by order of magnitude, in steps of 2 %

    def add(self, value: float) -> None:
        self.count += 1
        self.total += value
        self.low = min(self.low, value)
        self.high = max(self.high, value)
        self._sizes[_size(value)] += 1

    def merge(self, other: Values) -> None:
        self.count += other.count
        self.total += other.total
        self.low = min(self.low, other.low)
        self.high = max(self.high, other.high)
        self._sizes.update(other._sizes)

    def percentile(self, percent: float) -> float:
        """Return the value that *percent* of all values do not exceed, within 1 %."""
        remaining = math.ceil(self.count * percent / 100)
        for size, count in sorted(self._sizes.items()):
            remaining -= count
            if remaining <= 0:
                return min(max(math.exp(size * _STEP), self.low), self.high)
        return self.high


def _size(value: float) -> int:
    return round(math.log(max(value, 1e-9)) / _STEP)


Series = tuple[str, str, frozenset[tuple[str, str]]]


class Metrics:
    """All series of one local cloud."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._minutes: dict[Series, deque[tuple[int, Values]]] = {}

    def meter(self, namespace: str, dimensions: Mapping[str, str]) -> Meter:
        """Return the meter of one resource."""
        of = frozenset(dimensions.items())

        def measure(name: str, value: float) -> None:
            self._now((namespace, name, of)).add(value)

        return measure

    def periods(
        self, series: Series, period_s: int, start: float, end: float
    ) -> Iterator[tuple[int, Values]]:
        """Yield the values from *start* until before *end*, by period, the oldest first."""
        kept = self._minutes.get(series, ())
        wanted = ((at, values) for at, values in kept if start <= at < end)
        for begin, minutes in groupby(wanted, lambda minute: minute[0] // period_s * period_s):
            yield begin, _merged(values for _, values in minutes)

    def _now(self, series: Series) -> Values:
        minute = int(self._clock()) // MINUTE_S * MINUTE_S
        minutes = self._minutes.setdefault(series, deque(maxlen=REMEMBERED))
        if not minutes or minutes[-1][0] != minute:
            minutes.append((minute, Values()))
        return minutes[-1][1]


def _merged(parts: Iterable[Values]) -> Values:
    whole = Values()
    for part in parts:
        whole.merge(part)
    return whole
