"""The traffic at which the cheaper backend changes.

Both costs rise with the traffic, in straight lines between the tiers of prices and the steps of
tasks. So the search is exact: it divides the traffic into ranges, leaves out those in which the
costs cannot cross, and solves the others when they are straight.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Final

from lab.backends import Backend
from lab.cost import model
from lab.cost.inputs import Inputs
from lab.cost.prices import Prices
from lab.cost.tasks import MOST_TASKS, steps, tasks_of_day
from lab.cost.units import SECONDS

MOST_REQUESTS: Final = 10**10
"""The search ends here (3,805 requests per second), unless a price or the tasks end it before."""


@dataclass(frozen=True, kw_only=True)
class Crossing:
    """From this number of requests per month on, *cheaper* costs less.

    Equal costs count for the containers. The costs leave out what both backends share.
    """

    requests: int
    cheaper: Backend
    functions_usd: Decimal
    containers_usd: Decimal

    @property
    def per_second(self) -> Decimal:
        """The mean rate of the month."""
        return Decimal(self.requests) / SECONDS


@dataclass(frozen=True, kw_only=True)
class BreakEven:
    """All crossings up to *searched_to* requests per month, and the costs without requests."""

    idle_cheaper: Backend
    idle_functions_usd: Decimal
    idle_containers_usd: Decimal
    crossings: Sequence[Crossing]
    searched_to: int

    @property
    def never(self) -> bool:
        """Whether the same backend is cheaper for all traffic."""
        return not self.crossings

    @property
    def last(self) -> Crossing | None:
        """The crossing after which the same backend stays cheaper."""
        return self.crossings[-1] if self.crossings else None


class CostCurve:
    """The costs of both backends as functions of the requests per month.

    *without* has the keys of items that do not count, each as ``functions.http-api``.
    """

    def __init__(self, inputs: Inputs, prices: Prices, without: Iterable[str] = ()) -> None:
        self._inputs, self._prices, self._without = inputs, prices, frozenset(without)
        self._known: dict[tuple[Backend, int], Decimal] = {}

    def cost(self, backend: Backend, requests: int) -> Decimal:
        """Return the exact cost of a backend, without what both share."""
        if (backend, requests) not in self._known:
            self._known[backend, requests] = self._cost(backend, Decimal(requests))
        return self._known[backend, requests]

    def difference(self, requests: int) -> Decimal:
        """Return functions minus containers."""
        return self.cost(Backend.FUNCTIONS, requests) - self.cost(Backend.CONTAINERS, requests)

    def cheaper(self, requests: int) -> Backend:
        return Backend.FUNCTIONS if self.difference(requests) < 0 else Backend.CONTAINERS

    def crossing(self, requests: int) -> Crossing:
        return Crossing(
            requests=requests,
            cheaper=self.cheaper(requests),
            functions_usd=self.cost(Backend.FUNCTIONS, requests),
            containers_usd=self.cost(Backend.CONTAINERS, requests),
        )

    @property
    def limit(self) -> int:
        """The most requests per month for which all prices are known and ECS allows the tasks."""
        ends = [Decimal(MOST_REQUESTS), *self._price_ends(), *self._task_end()]
        return int(min(ends))

    def bends(self, limit: int) -> list[int]:
        """Return the traffic at which a line bends or steps, with 0 and *limit*, in order."""
        scaling = self._inputs.containers.scaling
        found = {int(one) for one in steps(scaling, self._inputs.traffic, Decimal(limit))}
        return sorted({0, limit, *found, *(one for one in self._tiers if 0 <= one <= limit)})

    def middle(self, start: int, end: int) -> int | None:
        """Return where to divide a range, or None if both lines are straight in it."""
        first, last = (bisect_left(self._tiers, one) for one in (start, end))
        if first < last:
            return self._tiers[(first + last) // 2]
        return None if self._tasks(start) == self._tasks(end) else (start + end) // 2

    @cached_property
    def _tiers(self) -> list[int]:
        """The traffic below which a tier ends, in order."""
        found = {
            int(bend)
            for backend in Backend
            for usage in model.usages(backend, self._inputs)
            for bend in usage.bends(self._prices[usage.item])
        }
        return sorted(found)

    def _tasks(self, requests: int) -> list[int]:
        traffic = self._inputs.traffic.of(Decimal(requests))
        return tasks_of_day(self._inputs.containers.scaling, traffic)

    def _cost(self, backend: Backend, requests: Decimal) -> Decimal:
        inputs = replace(self._inputs, traffic=self._inputs.traffic.of(requests))
        return sum(
            (
                usage.cost(requests, self._prices)
                for usage in model.usages(backend, inputs)
                if f"{backend}.{usage.key}" not in self._without
            ),
            Decimal(0),
        )

    def _price_ends(self) -> Iterator[Decimal]:
        for backend in Backend:
            for usage in model.usages(backend, self._inputs):
                end = self._prices[usage.item].known_to
                if end is not None and usage.per_request:
                    yield (end + usage.free - usage.fixed) / usage.per_request

    def _task_end(self) -> Iterator[Decimal]:
        traffic, capacity = self._inputs.traffic, self._inputs.containers.scaling.capacity_per_s
        if capacity is not None:
            for period in traffic.periods:
                if period.requests_per_s:
                    yield traffic.requests_at(period, capacity * MOST_TASKS)


def crossings(
    inputs: Inputs, prices: Prices, *, limit: int | None = None, without: Iterable[str] = ()
) -> BreakEven:
    """Return every traffic, in whole requests per month, from which the other backend is cheaper.

    The day keeps its form: its rates grow with the traffic.
    """
    curve = CostCurve(inputs, prices, without)
    end = curve.limit if limit is None else min(limit, curve.limit)
    idle = curve.cheaper(0)
    cheaper, found = idle, []
    for requests in _changes(curve, 1, end):
        if curve.cheaper(requests) != cheaper:
            cheaper = curve.cheaper(requests)
            found.append(curve.crossing(requests))
    return BreakEven(
        idle_cheaper=idle,
        idle_functions_usd=curve.cost(Backend.FUNCTIONS, 0),
        idle_containers_usd=curve.cost(Backend.CONTAINERS, 0),
        crossings=found,
        searched_to=end,
    )


def _changes(curve: CostCurve, start: int, end: int) -> Iterator[int]:
    """Yield, in order, where the cheaper backend may change from *start* to *end*.

    A cost never falls, so the costs at both ends bound those between.
    """
    if start > end:
        return
    yield start
    functions, containers = Backend.FUNCTIONS, Backend.CONTAINERS
    if curve.cost(functions, start) >= curve.cost(containers, end):
        return
    if curve.cost(functions, end) < curve.cost(containers, start):
        return
    middle = curve.middle(start, end)
    if middle is None:
        yield _first_change(curve, start, end)
        return
    yield from _changes(curve, start, middle)
    yield from _changes(curve, middle + 1, end)


def _first_change(curve: CostCurve, start: int, end: int) -> int:
    """Return where the cheaper backend changes on straight lines, or *end* if it does not."""
    before = curve.cheaper(start)
    if curve.cheaper(end) is before:
        return end
    first, last = curve.difference(start), curve.difference(end)
    found = start + int(first * (end - start) / (first - last))
    # A price with many digits may be rounded, so look at the neighbors.
    while curve.cheaper(found) is not before:
        found -= 1
    while curve.cheaper(found) is before:
        found += 1
    return found
