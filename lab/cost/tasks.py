"""How many tasks the traffic needs, and for how many hours they run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from lab.cost.errors import CostError
from lab.cost.traffic import Traffic
from lab.cost.units import DAYS, ceiling

MOST_TASKS: Final = 5000
"""The quota of ECS for the tasks of a service."""
SCALE_OUT_LAG: Final = (
    "While the traffic rises, requests wait for new tasks: AWS measured 109 s until they serve "
    "with metrics of 20 s, and 386 s before. The model adds no cost for this; measure it with a "
    "burst that lasts longer."
)


@dataclass(frozen=True, kw_only=True)
class Scaling:
    """The limits of the service, and how many requests per second a task can handle.

    Without *saturation_per_s* the service always has *min_tasks*. *target* is the share of the
    saturation at which autoscaling adds a task. *scale_in_delay_h* is the time for which target
    tracking keeps the tasks after the traffic fell.
    """

    min_tasks: int = 1
    max_tasks: int = 4
    saturation_per_s: Decimal | None = None
    target: Decimal = Decimal("0.6")
    scale_in_delay_h: Decimal = Decimal("0.25")

    def __post_init__(self) -> None:
        if not 1 <= self.min_tasks <= MOST_TASKS:
            raise CostError(f"A service has from 1 to {MOST_TASKS:,} tasks, not {self.min_tasks}.")
        if self.saturation_per_s is not None and self.saturation_per_s <= 0:
            raise CostError("The requests per second of a task must be above 0.")
        if not 0 < self.target <= 1:
            raise CostError("The target of autoscaling must be above 0, and at most 1.")

    @property
    def capacity_per_s(self) -> Decimal | None:
        """The requests per second of a task that autoscaling aims at."""
        return None if self.saturation_per_s is None else self.saturation_per_s * self.target


def needed(scaling: Scaling, rate: Decimal) -> int:
    """Return the tasks for *rate* requests per second, never below *min_tasks*."""
    capacity = scaling.capacity_per_s
    if capacity is None:
        return scaling.min_tasks
    return max(scaling.min_tasks, ceiling(rate / capacity))


def tasks_of_day(scaling: Scaling, traffic: Traffic) -> list[int]:
    """Return the tasks in each period of the day."""
    return [needed(scaling, traffic.rate(period)) for period in traffic.periods]


def task_hours(scaling: Scaling, traffic: Traffic) -> Decimal:
    """Return the hours of all tasks in a month, with those that wait to be removed."""
    counts = tasks_of_day(scaling, traffic)
    day = Decimal(0)
    for number, (period, count) in enumerate(zip(traffic.periods, counts, strict=True)):
        removed = max(0, counts[number - 1] - count)
        day += count * period.hours + removed * min(scaling.scale_in_delay_h, period.hours)
    return day * DAYS


def steps(scaling: Scaling, traffic: Traffic, limit: Decimal) -> Iterable[Decimal]:
    """Yield the requests per month, up to *limit*, above which a period needs one task more."""
    capacity = scaling.capacity_per_s
    if capacity is None:
        return
    for period in traffic.periods:
        if period.requests_per_s:
            one = traffic.requests_at(period, capacity)
            last = min(MOST_TASKS, int(limit / one))
            yield from (
                traffic.requests_at(period, count * capacity)
                for count in range(scaling.min_tasks, last + 1)
            )


def warning(scaling: Scaling, traffic: Traffic) -> str | None:
    """Return a sentence if the traffic needs more tasks than the service may have."""
    most = max(tasks_of_day(scaling, traffic))
    if most <= max(scaling.min_tasks, scaling.max_tasks):
        return None
    return (
        f"The traffic needs {most:,} tasks, more than maxTasks ({scaling.max_tasks}). The cost is "
        f"that of {most:,} tasks; with maxTasks {scaling.max_tasks}, requests would wait or fail."
    )
