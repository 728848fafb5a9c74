"""The cost of a month: the items of both backends, and of what they share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from lab.backends import Backend
from lab.cost import containers, functions, shared
from lab.cost.inputs import Inputs
from lab.cost.prices import Prices
from lab.cost.usage import SideCosts, Usage, side_costs


@dataclass(frozen=True, kw_only=True)
class Costs:
    """The costs of a month in USD. *shared* comes on top of each backend."""

    functions: SideCosts
    containers: SideCosts
    shared: SideCosts

    def side(self, backend: Backend) -> SideCosts:
        return self.functions if backend is Backend.FUNCTIONS else self.containers

    @property
    def unverified(self) -> list[str]:
        """The items whose prices were not read from a price list or a bill."""
        items = [*self.functions.items, *self.containers.items, *self.shared.items]
        return list(dict.fromkeys(item.price_item for item in items if not item.verified))


def monthly(inputs: Inputs, prices: Prices) -> Costs:
    """Return what a month costs."""
    requests = inputs.traffic.requests
    return Costs(
        functions=side_costs(functions.usages(inputs), requests, prices),
        containers=side_costs(containers.usages(inputs), requests, prices),
        shared=side_costs(shared.usages(inputs), requests, prices),
    )


def usages(backend: Backend, inputs: Inputs) -> Iterable[Usage]:
    """Return what a backend uses, without what both share."""
    if backend is Backend.FUNCTIONS:
        return functions.usages(inputs)
    return containers.usages(inputs)


def exact(backend: Backend, inputs: Inputs, prices: Prices) -> Decimal:
    """Return the cost of a backend, not rounded, without what both share."""
    requests = inputs.traffic.requests
    costs = (usage.cost(requests, prices) for usage in usages(backend, inputs))
    return sum(costs, Decimal(0))
