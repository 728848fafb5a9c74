"""All metrics of one stack over one period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lab import catalogue
from lab.aws import CloudWatch
from lab.catalogue import Subjects
from lab.metrics import Period, Reading, Side, Window, cost_usd, queries

_ENDPOINT = "CloudWatchEndpoint"  # a local cloud's own entry among the outputs


@dataclass(frozen=True, kw_only=True)
class Report:
    """What was found, and what asking has cost; *place* says who answered."""

    place: str
    is_local: bool
    period: Period
    window: Window
    readings: Sequence[Reading]
    asked: int

    def cost_usd(self, *, each_s: float = 0) -> float:
        """Give the price of asking once, or for an hour each so many seconds, in US dollars."""
        return 0.0 if self.is_local else cost_usd(self.asked, each_s=each_s)

    def of(self, side: Side) -> list[Reading]:
        return [reading for reading in self.readings if reading.metric.side is side]

    def reading(self, key: str) -> Reading:
        return next(reading for reading in self.readings if reading.metric.key == key)


class Stack:
    """Reports on the stack that the outputs name."""

    def __init__(self, outputs: Mapping[str, Any]) -> None:
        """Find out what to ask for; raises MetricsError when an output is missing."""
        subjects = Subjects.of(outputs)
        endpoint = outputs.get(_ENDPOINT)
        self._metrics = catalogue.catalogue(subjects)
        self._cloudwatch = CloudWatch(subjects.region, str(endpoint) if endpoint else None)

    @property
    def place(self) -> str:
        """Who answers."""
        return self._cloudwatch.place

    def report(self, period: Period, now: float) -> Report:
        """Ask for everything; blocks, and raises MetricsError when nothing is to be had."""
        asked, window = queries(self._metrics), period.ending(now)
        return Report(
            place=self._cloudwatch.place,
            is_local=self._cloudwatch.is_local,
            period=period,
            window=window,
            readings=catalogue.read(self._metrics, self._cloudwatch.ask(asked, window)),
            asked=len(asked),
        )
