"""The price file: one row for each region, item and tier."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, Final

from lab.cost.errors import CostError, PriceMissing

PACKAGED: Final = Path(__file__).with_name("prices.json")
_KEYS: Final = {
    "region", "item", "unit", "from", "price", "usagetype", "sku", "date", "source", "verified",
}  # fmt: skip
_TEXTS: Final = ("region", "item", "unit")
_TEXTS_OR_NONE: Final = ("usagetype", "sku", "date", "source")
_REFRESH: Final = "To read the price list of AWS, run: blogs cost --refresh-prices --region"


@dataclass(frozen=True, kw_only=True)
class Tier:
    """The price of each unit from *start* on. *price* is None if it is not known."""

    start: Decimal
    price: Decimal | None
    usagetype: str | None
    sku: str | None
    date: str | None
    source: str | None
    verified: bool


@dataclass(frozen=True, kw_only=True)
class Price:
    """The price of an item in a region, in USD."""

    region: str
    item: str
    unit: str
    tiers: Sequence[Tier]

    def cost(self, quantity: Decimal) -> Decimal:
        """Return the cost of a month's *quantity*: each tier charges its part of it."""
        total = Decimal(0)
        for tier, end in self._ranges:
            units = (quantity if end is None else min(quantity, end)) - tier.start
            if units > 0:
                if tier.price is None:
                    raise PriceMissing(
                        f"The price of {self.item} in {self.region} above {tier.start:,f} "
                        f"{self.unit}s is not known. {_REFRESH} {self.region}"
                    )
                total += units * tier.price
        return total

    def is_verified(self, quantity: Decimal) -> bool:
        """Return whether all prices that *quantity* needs were read from a price list or a bill."""
        return all(tier.verified for tier in self.tiers if tier.start < quantity or not tier.start)

    @property
    def known_to(self) -> Decimal | None:
        """The quantity up to which the price is known; None without a limit."""
        return next((tier.start for tier in self.tiers if tier.price is None), None)

    @cached_property
    def _ranges(self) -> list[tuple[Tier, Decimal | None]]:
        """The tiers, each with its end."""
        ends = [*(tier.start for tier in self.tiers[1:]), None]
        return list(zip(self.tiers, ends, strict=True))


@dataclass(frozen=True, kw_only=True)
class Prices:
    """The prices of a region. *file* is where they come from."""

    region: str
    by_item: Mapping[str, Price]
    file: Path

    def __getitem__(self, item: str) -> Price:
        if item not in self.by_item:
            raise PriceMissing(
                f"The price of {item} in {self.region} is not known. {_REFRESH} {self.region}"
            )
        return self.by_item[item]

    @property
    def dates(self) -> tuple[str, str]:
        """The earliest and the latest date of a price."""
        dates = [tier.date for price in self.by_item.values() for tier in price.tiers if tier.date]
        return min(dates), max(dates)


def load(region: str, refreshed: Path | None = None) -> Prices:
    """Load the prices of *region*: from the file *refreshed*, if it has the region."""
    regions: list[str] = []
    for file in _files(refreshed):
        rows = read_rows(file)
        found = [row for row in rows if row["region"] == region]
        if found:
            return Prices(region=region, by_item=_prices(region, found), file=file)
        regions += [row["region"] for row in rows]
    known = ", ".join(dict.fromkeys(regions))
    raise CostError(f"There are no prices for the region {region}. Use one of {known}.")


def regions(refreshed: Path | None = None) -> list[str]:
    """Return the regions that have prices; those of a damaged file are left out."""
    found = {row["region"]: None for row in read_rows(PACKAGED)}
    for file in _files(refreshed):
        with suppress(CostError):
            found.update((row["region"], None) for row in read_rows(file))
    return list(found)


def _files(refreshed: Path | None) -> list[Path]:
    """Return the price files, the first to look at first."""
    return [*([refreshed] if refreshed and is_there(refreshed) else []), PACKAGED]


def is_there(file: Path) -> bool:
    """Return whether the file exists, also if its folder may not be read."""
    try:
        return file.exists()
    except OSError:
        return False


def read_rows(file: Path) -> list[dict[str, Any]]:
    """Read and check the rows of a price file."""
    try:
        document = json.loads(file.read_text("utf-8"))
        rows: list[dict[str, Any]] = document["rows"]
        for row in rows:
            _check(row)
        _check_order(rows)
    except OSError as error:
        raise CostError(f"Cannot read the price file {file}: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, InvalidOperation, RecursionError) as error:
        again = "" if file == PACKAGED else " Delete it, or run: blogs cost --refresh-prices"
        raise CostError(f"The price file {file} is not valid: {error}.{again}") from error
    return rows


def _check(row: dict[str, Any]) -> None:
    if set(row) != _KEYS:
        raise ValueError(f"a row has other keys than {', '.join(sorted(_KEYS))}")
    name = f"{row['region']} {row['item']}"
    texts = [*(row[key] for key in _TEXTS), *(row[key] or "" for key in _TEXTS_OR_NONE)]
    if not all(isinstance(text, str) for text in texts):
        raise ValueError(f"{name} has a text of another type")
    is_flag = isinstance(row["verified"], bool)
    if not is_flag:
        raise ValueError(f"{name} has {row['verified']!r} as verified, which is not true or false")
    for number in (row["from"], row["price"]):
        if number is not None and not (isinstance(number, str) and _is_amount(number)):
            raise ValueError(f"{name} has {number!r}, which is not a decimal string of at least 0")
    if row["price"] is not None and not (row["date"] and row["source"]):
        raise ValueError(f"{name} has a price without a date and a source")


def _is_amount(number: str) -> bool:
    return Decimal(number).is_finite() and Decimal(number) >= 0


def _check_order(rows: Sequence[Mapping[str, Any]]) -> None:
    """Check that the tiers of each item follow each other, from 0."""
    seen: set[tuple[str, str]] = set()
    for key, tiers in groupby(rows, lambda row: (row["region"], row["item"])):
        starts = [Decimal(tier["from"]) for tier in tiers]
        if key in seen or starts[0] != 0 or any(a >= b for a, b in pairwise(starts)):
            raise ValueError(f"the tiers of {' '.join(key)} do not start at 0 and rise")
        seen.add(key)


def _prices(region: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Price]:
    found: dict[str, Price] = {}
    for item, tiers in groupby(rows, lambda row: str(row["item"])):
        group = list(tiers)
        found[item] = Price(
            region=region, item=item, unit=group[0]["unit"], tiers=[_tier(row) for row in group]
        )
    return found


def _tier(row: Mapping[str, Any]) -> Tier:
    return Tier(
        start=Decimal(row["from"]),
        price=None if row["price"] is None else Decimal(row["price"]),
        usagetype=row["usagetype"],
        sku=row["sku"],
        date=row["date"],
        source=row["source"],
        verified=row["verified"],
    )
