"""Numbers that a user gives."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation, Overflow
from typing import Final

from lab.cost.errors import CostError

_LEAST: Final = Decimal("0.000001")
_MOST: Final = Decimal(10**12)


def number_of(name: str, text: str) -> Decimal:
    """Read a number of at least 0; a share may be written in percent."""
    try:
        digits = text.strip().removesuffix("%")
        number = Decimal(digits) / (1 if digits == text.strip() else 100)
    except Overflow:
        number = _MOST + 1
    except InvalidOperation as error:
        raise CostError(f"{name} must be a number, not {text!r}.") from error
    if not number.is_finite() or number < 0:
        raise CostError(f"{name} must be a number of at least 0, not {text!r}.")
    if number and not _LEAST <= number <= _MOST:
        raise CostError(f"{name} must be 0, or from {_LEAST} to 1e12, not {text!r}.")
    return number
