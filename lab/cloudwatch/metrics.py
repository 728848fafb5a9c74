"""Metrics, queries and readings, and how several series become one reading."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

Points = Sequence[tuple[float, float]]
"""Pairs of seconds since the epoch and a value, oldest first."""

Dimensions = Mapping[str, str]
USD_PER_QUERY: Final = 0.01 / 1000  # docs/metrics.md names the sources
MAX_QUERIES: Final = 500  # per GetMetricData call


class MetricsError(Exception):
    """The metrics are not available. The text says why, and what to do."""


class MetricGroup(StrEnum):
    """The part of a stack that a metric describes: one of its backends, or its table."""

    FUNCTIONS = "functions"
    CONTAINERS = "containers"
    TABLE = "table"


class Aggregation(StrEnum):
    """How several values, of several series or at several times, become one."""

    SUM = "sum"
    MAXIMUM = "maximum"
    MINIMUM = "minimum"
    MEAN = "mean"


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One row of the tables, aggregated from one CloudWatch series per item of *series*.

    *weight* is the key of the metric that weights a mean: the number of calls behind each value.
    """

    key: str
    group: MetricGroup
    label: str
    unit: str
    namespace: str
    name: str
    statistic: str
    series: Sequence[Dimensions]
    aggregation: Aggregation
    weight: str = ""
    scale: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Query:
    """A request for one series of one metric."""

    id: str
    metric: Metric
    dimensions: Dimensions


@dataclass(frozen=True)
class Period:
    """How far back to look, and the time that one value covers, in seconds."""

    name: str
    span_s: int
    step_s: int

    def ending(self, now: float) -> Window:
        """Return the window that ends with the step that contains *now*."""
        end = math.floor(now / self.step_s + 1) * self.step_s
        return Window(end - self.span_s, end, self.step_s)


@dataclass(frozen=True)
class Window:
    """From *start* up to, but not including, *end*; in seconds since the epoch."""

    start: int
    end: int
    step_s: int


# Each gives 5 to 60 values, at a resolution that CloudWatch keeps that long (docs/metrics.md).
PERIODS: Final = (
    Period("5m", 300, 60),
    Period("1h", 3600, 60),
    Period("3h", 3 * 3600, 300),
    Period("24h", 24 * 3600, 1800),
    Period("7d", 7 * 24 * 3600, 3 * 3600),
)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A metric's values at each step and over the whole period. None means no datapoints."""

    metric: Metric
    value: float | None
    points: Points


def queries(metrics: Sequence[Metric]) -> list[Query]:
    """Return one query for each series of *metrics*."""
    return [
        Query(id=_id(number, part), metric=metric, dimensions=dimensions)
        for number, metric in enumerate(metrics)
        for part, dimensions in enumerate(metric.series)
    ]


def cost_usd(query_count: int, *, every_s: float = 0) -> float:
    """Return the price of the queries, or per hour if repeated every *every_s* seconds."""
    times = 3600 / every_s if every_s else 1
    return query_count * times * USD_PER_QUERY


def read(metrics: Sequence[Metric], found: Mapping[str, Points]) -> list[Reading]:
    """Return one reading per metric, from the points *found* for each query id."""
    series = {
        metric.key: [dict(found.get(_id(number, part), ())) for part in range(len(metric.series))]
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
    """Aggregate the series at each time and over all times; without weights, all count the same.

    A value stands for at least one call, even if the count has none at that time: a load balancer
    counts a request when it arrives, but its response time when the response does.
    """
    by_time: dict[float, list[tuple[float, float]]] = defaultdict(list)
    for part, points in enumerate(series):
        for at, value in points.items():
            weight = max(weights[part].get(at, 0.0), 1.0) if weights else 1.0
            by_time[at].append((value * metric.scale, weight))
    everything = [pair for pairs in by_time.values() for pair in pairs]
    return Reading(
        metric=metric,
        value=_aggregate(metric.aggregation, everything),
        points=[
            (at, combined)
            for at, pairs in sorted(by_time.items())
            if (combined := _aggregate(metric.aggregation, pairs)) is not None
        ],
    )


def _aggregate(aggregation: Aggregation, weighted: Sequence[tuple[float, float]]) -> float | None:
    """Aggregate pairs of value and weight."""
    values = [value for value, _ in weighted]
    if not values:
        return None
    if aggregation is Aggregation.SUM:
        return math.fsum(values)
    if aggregation is Aggregation.MEAN:
        total = math.fsum(weight for _, weight in weighted)
        return math.fsum(value * weight for value, weight in weighted) / total if total else None
    return max(values) if aggregation is Aggregation.MAXIMUM else min(values)


def success_rate(metric: Metric, errors: Reading, invocations: Reading) -> Reading:
    """Return the percentage of invocations without an error, as a reading of *metric*."""
    failed = dict(errors.points)
    return Reading(
        metric=metric,
        value=_success_percent(errors.value or 0.0, invocations.value or 0.0),
        points=[
            (at, rate)
            for at, count in invocations.points
            if (rate := _success_percent(failed.get(at, 0.0), count)) is not None
        ],
    )


def _success_percent(failed: float, count: float) -> float | None:
    return 100 * (1 - failed / count) if count else None
