"""Metrics over a period: what is asked of CloudWatch, and what its answers say."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

Points = Sequence[tuple[float, float]]
"""Seconds since the epoch and a value, the oldest first."""

Dimensions = Mapping[str, str]
USD_PER_QUERY: Final = 0.01 / 1000  # docs/metrics.md names the sources
MOST_QUERIES: Final = 500  # in one call, says GetMetricData's reference


class MetricsError(Exception):
    """The metrics cannot be had; the text is one sentence for a person, with what to do."""


class Side(StrEnum):
    """What a metric is about."""

    FUNCTIONS = "functions"
    CONTAINERS = "containers"
    TABLE = "table"


class Join(StrEnum):
    """How the values of several series, or of several moments, become one."""

    SUM = "sum"
    MOST = "maximum"
    LEAST = "minimum"
    MEAN = "mean"


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One line of the tables; each of *series* is asked for, and they are joined.

    A mean counts each value as often as the metric *weight* says that it was measured.
    """

    key: str
    side: Side
    label: str
    unit: str
    namespace: str
    name: str
    statistic: str
    series: Sequence[Dimensions]
    join: Join
    weight: str = ""
    scale: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Query:
    """One series of one metric, as CloudWatch is asked for it."""

    id: str
    metric: Metric
    dimensions: Dimensions


@dataclass(frozen=True)
class Period:
    """How far back to look, and how much time one value covers; both in seconds."""

    name: str
    span_s: int
    step_s: int

    def ending(self, now: float) -> Window:
        """Give the window that ends with the step that *now* is in."""
        end = math.floor(now / self.step_s + 1) * self.step_s
        return Window(end - self.span_s, end, self.step_s)


@dataclass(frozen=True)
class Window:
    """From *start* to before *end*, in steps; seconds since the epoch."""

    start: int
    end: int
    step_s: int


# Steps that give 5 to 60 values, and that CloudWatch keeps for as long (docs/metrics.md).
PERIODS: Final = (
    Period("5m", 300, 60),
    Period("1h", 3600, 60),
    Period("3h", 3 * 3600, 300),
    Period("24h", 24 * 3600, 1800),
    Period("7d", 7 * 24 * 3600, 3 * 3600),
)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a metric was: at each step, and over the whole period; None is no datapoint at all."""

    metric: Metric
    value: float | None
    points: Points


def queries(metrics: Sequence[Metric]) -> list[Query]:
    """Give what to ask for *metrics*."""
    return [
        Query(id=_id(number, part), metric=metric, dimensions=dimensions)
        for number, metric in enumerate(metrics)
        for part, dimensions in enumerate(metric.series)
    ]


def cost_usd(asked: int, *, each_s: float = 0) -> float:
    """Give what *asked* queries cost once, or in an hour when asked each so many seconds."""
    times = 3600 / each_s if each_s else 1
    return asked * times * USD_PER_QUERY


def read(metrics: Sequence[Metric], answers: Mapping[str, Points]) -> list[Reading]:
    """Join the answers of each metric's series."""
    series = {
        metric.key: [dict(answers.get(_id(number, part), ())) for part in range(len(metric.series))]
        for number, metric in enumerate(metrics)
    }
    return [_reading(metric, series[metric.key], series.get(metric.weight)) for metric in metrics]


def _id(number: int, part: int) -> str:
    return f"m{number}_{part}"


def _reading(
    metric: Metric,
    series: Sequence[Mapping[float, float]],
    weights: Sequence[Mapping[float, float]] | None,
) -> Reading:
    """Join what was measured at each moment, and all of it; a weightless mean counts all alike."""
    weighed: dict[float, list[tuple[float, float]]] = defaultdict(list)
    for part, points in enumerate(series):
        for at, value in points.items():
            weight = weights[part].get(at, 0.0) if weights else 1.0
            weighed[at].append((value * metric.scale, weight))
    everything = [pair for pairs in weighed.values() for pair in pairs]
    return Reading(
        metric=metric,
        value=_joined(metric.join, everything),
        points=[
            (at, joined)
            for at, pairs in sorted(weighed.items())
            if (joined := _joined(metric.join, pairs)) is not None
        ],
    )


def _joined(join: Join, weighed: Sequence[tuple[float, float]]) -> float | None:
    values = [value for value, _ in weighed]
    if not values:
        return None
    if join is Join.SUM:
        return math.fsum(values)
    if join is Join.MEAN:
        total = math.fsum(weight for _, weight in weighed)
        return math.fsum(value * weight for value, weight in weighed) / total if total else None
    return max(values) if join is Join.MOST else min(values)


def success_rate(metric: Metric, errors: Reading, invocations: Reading) -> Reading:
    """Give the percentage of invocations without an error, as *metric*."""
    failed = dict(errors.points)
    return Reading(
        metric=metric,
        value=_without(errors.value or 0.0, invocations.value or 0.0),
        points=[
            (at, rate)
            for at, count in invocations.points
            if (rate := _without(failed.get(at, 0.0), count)) is not None
        ],
    )


def _without(failed: float, count: float) -> float | None:
    return 100 * (1 - failed / count) if count else None
