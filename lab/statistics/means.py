"""Means of blocks: the mean of a run has an interval from theirs."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Final

_BLOCKS: Final = 10
_LEAST_IN_BLOCK: Final = 10


def block_means(values: Sequence[float]) -> list[float]:
    """Return the means of ten consecutive parts of *values*, or nothing if they are too few."""
    size = len(values) // _BLOCKS
    if size < _LEAST_IN_BLOCK:
        return []
    starts = range(0, _BLOCKS * size, size)
    return [statistics.fmean(values[start : start + size]) for start in starts]
