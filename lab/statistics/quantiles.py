"""Quantiles of exact samples, with one definition everywhere (`inverted_cdf`).

A quantile is always one of the samples, so the least sample <= p50 <= ... <= the greatest sample.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

from lab.summary import QUANTILES, Distribution, Quantile, Support

CONFIDENCE: Final = 0.95
STRICT_CONFIDENCE: Final = 0.99
"""For several quantiles read at once."""


def inverted_cdf(ordered: Sequence[float], p: float) -> float:
    """Return the least sample that at least the share *p* of *ordered* does not exceed.

    Equal to `numpy.quantile(..., method="inverted_cdf")`. *ordered* is sorted and not empty.
    """
    return ordered[position(len(ordered), p)]


def position(count: int, p: float) -> int:
    """Return the index of the quantile *p* in *count* sorted samples."""
    return max(0, math.ceil(count * p - 1))


def needed_for_interval(p: float, confidence: float = CONFIDENCE) -> int:
    """Return how many samples have one above the quantile *p* in all but rare cases (Wilks)."""
    return math.ceil(math.log((1 - confidence) / 2) / math.log(p))


def needed_to_show(p: float) -> int:
    return math.ceil(math.log(1 - CONFIDENCE) / math.log(p))


def support(count: int, p: float) -> Support:
    if count >= needed_for_interval(p):
        return Support.FULL
    return Support.MARKED if count >= needed_to_show(p) else Support.NONE


def quantile(ordered: Sequence[float], p: float) -> Quantile:
    found = support(len(ordered), p)
    value = None if found is Support.NONE else inverted_cdf(ordered, p)
    return Quantile(value=value, support=found)


def distribution(samples: Iterable[float | None]) -> Distribution:
    """Return the quantiles of the samples that are not None."""
    ordered = sorted(sample for sample in samples if sample is not None)
    return Distribution(
        count=len(ordered),
        quantiles={name: quantile(ordered, p) for name, p in QUANTILES.items()},
        max=ordered[-1] if ordered else None,
    )
