"""What a backend uses in a month, and what that costs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lab.cost.prices import Price, Prices
from lab.cost.units import cents


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of a usage that has its own line, in proportion to its weight."""

    key: str
    label: str
    weight: Decimal


@dataclass(frozen=True, kw_only=True)
class Usage:
    """A quantity that AWS charges for: *fixed*, and *per_request*, less what is *free*.

    With *most*, the quantity is never above it. *discount* is a share of the price.
    """

    key: str
    label: str
    item: str
    fixed: Decimal = Decimal(0)
    per_request: Decimal = Decimal(0)
    free: Decimal = Decimal(0)
    most: Decimal | None = None
    discount: Decimal = Decimal(0)
    parts: Sequence[Part] = ()

    def quantity(self, requests: Decimal) -> Decimal:
        """Return what is charged with this number of requests."""
        used = max(Decimal(0), self.fixed + self.per_request * requests - self.free)
        return used if self.most is None else min(used, self.most)

    def cost(self, requests: Decimal, prices: Prices) -> Decimal:
        return prices[self.item].cost(self.quantity(requests)) * (1 - self.discount)

    def bends(self, price: Price) -> Iterable[Decimal]:
        """Yield the requests per month at which the slope of the cost changes."""
        if self.per_request:
            quantities = [Decimal(0), *(tier.start for tier in price.tiers), self.most or 0]
            for quantity in quantities:
                yield (quantity + self.free - self.fixed) / self.per_request


@dataclass(frozen=True, kw_only=True)
class Item:
    """A line of the calculation, in USD. *verified* is false if a price in it is not."""

    key: str
    label: str
    quantity: Decimal
    unit: str
    exact: Decimal
    price_item: str
    verified: bool

    @property
    def shown(self) -> Decimal:
        """The amount in whole cents."""
        return cents(self.exact)


@dataclass(frozen=True, kw_only=True)
class SideCosts:
    """The items of a backend, or of what both share."""

    items: Sequence[Item]

    @property
    def exact(self) -> Decimal:
        return sum((item.exact for item in self.items), Decimal(0))

    @property
    def shown(self) -> Decimal:
        """The sum of the amounts that are shown."""
        return sum((item.shown for item in self.items), Decimal(0))

    def __getitem__(self, key: str) -> Item:
        return next(item for item in self.items if item.key == key)


def side_costs(usages: Iterable[Usage], requests: Decimal, prices: Prices) -> SideCosts:
    """Return the items of these usages."""
    return SideCosts(
        items=[item for usage in usages for item in _items(usage, requests, prices)],
    )


def _items(usage: Usage, requests: Decimal, prices: Prices) -> Iterable[Item]:
    price = prices[usage.item]
    quantity, exact = usage.quantity(requests), usage.cost(requests, prices)
    parts = usage.parts or [Part(key=usage.key, label=usage.label, weight=Decimal(1))]
    whole = sum((part.weight for part in parts), Decimal(0))
    for part in parts:
        share = part.weight / whole
        yield Item(
            key=part.key,
            label=part.label,
            quantity=quantity * share,
            unit=price.unit,
            exact=exact * share,
            price_item=usage.item,
            verified=price.is_verified(quantity),
        )
