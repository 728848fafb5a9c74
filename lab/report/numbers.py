"""Write numbers for readers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lab.summary import Distribution, Support

NONE: Final = "-"
_WHOLE_FROM: Final = 100
_ONE_DECIMAL_FROM: Final = 10
_LONG: Final = ((1_000_000, 1_000_000, "M"), (100_000, 1_000, "k"))


def number(value: float) -> str:
    """Return a number with about three digits and thousands separators."""
    if value == round(value) or abs(value) >= _WHOLE_FROM:
        return f"{value:,.0f}"
    return f"{value:,.1f}" if abs(value) >= _ONE_DECIMAL_FROM else f"{value:,.2f}"


def tick(value: float) -> str:
    """Return a number for an axis: long ones are shortened."""
    for least, size, name in _LONG:
        if abs(value) >= least:
            return f"{number(value / size)} {name}"
    return number(value)


def optional(value: float | None) -> str:
    """Return a number, or a dash for None."""
    return NONE if value is None else number(value)


def milliseconds(value: float | None) -> str:
    return NONE if value is None else f"{number(value)} ms"


def quantile(found: Distribution, name: str) -> str:
    """Return a quantile in milliseconds, with a star if it rests on few samples."""
    one = found.quantiles.get(name)
    if one is None or one.value is None or one.support is Support.NONE:
        return NONE
    return number(one.value) + ("*" if one.support is Support.MARKED else "")


def sentence(parts: Sequence[str]) -> str:
    """Join parts to a sentence."""
    joined = "; ".join(parts)
    return f"{joined[:1].upper()}{joined[1:]}."


def count(value: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun."""
    return f"{value:,} {noun if value == 1 else plural or noun + 's'}"


def seconds(value: float) -> str:
    return f"{number(value)} s"
