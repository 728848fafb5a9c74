"""Numbers that the user types into a form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

_NUMBER: Final = re.compile(
    r"(\d+(?:\.\d*)?|\.\d+)(?:e\+?(\d{1,2}))?\s*([kmb]?)", re.IGNORECASE | re.ASCII
)
_SUFFIXES: Final = {"": 0, "k": 3, "m": 6, "b": 9}


@dataclass(frozen=True, kw_only=True)
class NumberField:
    """A field for a number between *low* and *high*, both included."""

    name: str
    label: str
    default: str
    low: str
    high: str
    about: str
    """The unit, as it is shown beside the field."""
    is_whole: bool = False

    def read(self, words: str) -> Decimal:
        """Return the number. Raise ValueError with a reason that fits beside the field."""
        found = _NUMBER.fullmatch(words.strip().replace(",", ""))
        if not found:
            raise ValueError(f"not a number, such as {self.default}")
        digits, exponent, suffix = found.groups()
        number = Decimal(digits).scaleb(int(exponent or 0) + _SUFFIXES[suffix.lower()])
        if number < Decimal(self.low):
            raise ValueError(f"at least {_plain(self.low)}")
        if number > Decimal(self.high):
            raise ValueError(f"at most {_plain(self.high)}")
        if self.is_whole and number % 1:
            raise ValueError("a whole number")
        return number


def _plain(number: str) -> str:
    return f"{Decimal(number):,f}"
