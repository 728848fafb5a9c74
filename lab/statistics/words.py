"""The words for figures, the same in every output."""

from __future__ import annotations

from typing import Final

from lab.backends import Backend
from lab.statistics.blocks import LEAST
from lab.summary import Share, Summary

_MOST_DECIMALS: Final = 3


def difference(name: str, faster: Backend | None, value: float, low: float, high: float) -> str:
    """Return the sentence on a difference (functions minus containers) that has an interval."""
    decimals = _decimals(low, high)
    if faster is None:
        limits = _limits(low, high, decimals)
        return f"no difference shown at {name} (functions minus containers: {limits} ms)"
    if faster is Backend.FUNCTIONS:
        value, low, high = -value, -high, -low
    return f"{faster} faster at {name} by {value:,.{decimals}f} ms ({_limits(low, high, decimals)})"


def no_interval(name: str, problem: str) -> str:
    return f"no statement at {name}: {problem}"


def too_short(blocks: int) -> str:
    return f"too short: an interval needs {LEAST} cycles of slots, and the run has {blocks}"


def share(figure: Share) -> str:
    """Return a share with its interval: `1.2 % (0.8 to 1.9)`, or `0 of 300 (< 1 %)`."""
    if figure.value is None or figure.low is None or figure.high is None:
        return "no requests"
    if figure.count == 0:
        return f"0 of {figure.of:,} (< {percent(min(1.0, 3 / figure.of))})"
    return f"{percent(figure.value)} ({_digits(figure.low)} to {_digits(figure.high)})"


def percent(value: float) -> str:
    return f"{_digits(value)} %"


def highest_rate(summary: Summary, backend: Backend, unit: str) -> str:
    """Return the highest rate that met the target: `at least 30/s (the highest step)`."""
    rate = (summary.highest_rate or {}).get(backend)
    if rate is None:
        first = next((step for step in summary.ramp if step.backend is backend), None)
        return "not known" if first and first.met is None else "no step"
    above = summary.step_above(backend, rate)
    if above is None:
        return f"at least {rate:,g}{unit} (the highest step)"
    if above.met is None:
        return f"at least {rate:,g}{unit} (it is not known whether the next step met it)"
    return f"{rate:,g}{unit}"


def _digits(value: float) -> str:
    """Return a share in percent with two significant digits, and all digits of whole ones."""
    hundredths = value * 100
    return f"{hundredths:.2g}" if hundredths < 99.5 else f"{hundredths:.0f}"  # noqa: PLR2004


def _limits(low: float, high: float, decimals: int) -> str:
    return f"{low:,.{decimals}f} to {high:,.{decimals}f}"


def _decimals(low: float, high: float) -> int:
    """Return as many decimals as the width of the interval justifies, and limits need to differ."""
    for decimals in range(_MOST_DECIMALS):
        unit = 10.0**-decimals
        least = min(abs(low), abs(high))
        if high - low >= 5 * unit and (least >= unit / 2 or low <= 0 <= high):
            return decimals
    return _MOST_DECIMALS
