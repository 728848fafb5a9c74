"""Write amounts and numbers of requests."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from lab.cost.units import cents
from lab.report import numbers

_NAMES: Final = ((1_000_000_000, " billion"), (1_000_000, " M"), (1_000, " k"))


def usd(amount: Decimal) -> str:
    """Return an amount in whole cents."""
    return f"{cents(amount):,} USD"


def axis_usd(amount: float) -> str:
    """Return an amount for an axis, without needless decimals."""
    return numbers.tick(amount) if amount >= 1 else f"{amount:g}"


def axis_requests(requests: float) -> str:
    """Return a number of requests for an axis."""
    for size, name in _NAMES:
        if requests >= size:
            return f"{requests / size:,.4g}{name}"
    return f"{requests:,.0f}"
