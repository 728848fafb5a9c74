"""The units of the model, and how USD are rounded."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Final

HOURS: Final = Decimal(730)
"""The hours of a month."""
SECONDS: Final = HOURS * 3600
DAYS: Final = HOURS / 24
GB: Final = Decimal(2**30)
"""The bytes of a GB of logs, storage and traffic."""
MB_PER_GB: Final = Decimal(1024)
_CENT: Final = Decimal("0.01")
_DECIMALS: Final = Decimal("0.0001")


def cents(amount: Decimal) -> Decimal:
    """Round to the cent, as each item is shown."""
    return amount.quantize(_CENT, ROUND_HALF_UP)


def ceiling(amount: Decimal) -> int:
    """Return the smallest whole number that is not below *amount*."""
    return int(amount.to_integral_value(ROUND_CEILING))


def plain(number: Decimal) -> str:
    """Return a number with four decimals at most, without trailing zeros and exponent."""
    return f"{number.quantize(_DECIMALS).normalize():,f}"
