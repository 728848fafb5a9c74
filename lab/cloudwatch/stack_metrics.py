"""All metrics of one stack over one period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lab.cloudwatch.client import CloudWatch
from lab.cloudwatch.definitions import SUCCESS_RATE, StackResources, metric_definitions
from lab.cloudwatch.metrics import (
    Metric,
    MetricGroup,
    Period,
    Points,
    Reading,
    Window,
    cost_usd,
    queries,
    read,
    success_rate,
)

_ENDPOINT: Final = "CloudWatchEndpoint"  # an output that only a local cloud has


@dataclass(frozen=True, kw_only=True)
class MetricsReport:
    """The readings of one period, where they come from, and what fetching them cost."""

    source: str
    is_local: bool
    period: Period
    window: Window
    readings: Sequence[Reading]
    query_count: int

    def cost_usd(self, *, every_s: float = 0) -> float:
        """Return the price of one request, or per hour if repeated every *every_s* seconds."""
        return 0.0 if self.is_local else cost_usd(self.query_count, every_s=every_s)

    def in_group(self, group: MetricGroup) -> list[Reading]:
        return [reading for reading in self.readings if reading.metric.group is group]

    def reading(self, key: str) -> Reading:
        return next(reading for reading in self.readings if reading.metric.key == key)


class StackMetrics:
    """The metrics of the stack that has the given outputs."""

    def __init__(self, outputs: Mapping[str, Any]) -> None:
        """Read the outputs. Raise MetricsError if one is missing."""
        resources = StackResources.from_outputs(outputs)
        endpoint = outputs.get(_ENDPOINT)
        self._metrics = metric_definitions(resources)
        self._cloudwatch = CloudWatch(resources.region, str(endpoint) if endpoint else None)

    def fetch(self, period: Period, now: float) -> MetricsReport:
        """Fetch every metric. The call blocks; it raises MetricsError on failure."""
        asked, window = queries(self._metrics), period.ending(now)
        return MetricsReport(
            source=self._cloudwatch.source,
            is_local=self._cloudwatch.is_local,
            period=period,
            window=window,
            readings=_readings(self._metrics, self._cloudwatch.fetch(asked, window)),
            query_count=len(asked),
        )


def _readings(metrics: Sequence[Metric], found: Mapping[str, Points]) -> list[Reading]:
    """Return the readings of *metrics*, and the success rate after the errors."""
    readings = read(metrics, found)
    by_key = {reading.metric.key: reading for reading in readings}
    errors, invocations = by_key["lambda.errors"], by_key["lambda.invocations"]
    rate = success_rate(SUCCESS_RATE, errors, invocations)
    readings.insert(readings.index(errors) + 1, rate)
    return readings
