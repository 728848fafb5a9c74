"""Intervals of the difference of two quantiles: a paired bootstrap over whole blocks.

Import this module only where it is needed: numpy takes time to import.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.backends import Backend
from lab.statistics.blocks import Block, equal_count
from lab.statistics.intervals import DRAWS, Interval, widening
from lab.statistics.quantiles import inverted_cdf


class Bootstrap:
    """The resamples of a run's blocks. Both backends get the same blocks in each draw."""

    def __init__(self, blocks: Sequence[Block], seed: int) -> None:
        self._count = equal_count(blocks)
        drawn = np.random.default_rng(seed).integers(0, len(blocks), (DRAWS, len(blocks)))
        # How often each draw has each block.
        self._weights = np.stack([(drawn == block).sum(axis=1) for block in range(len(blocks))], 1)
        self._sides = {
            backend: _Side([block.latencies[backend] for block in blocks], self._weights)
            for backend in Backend
        }

    def difference(self, p: float, confidence: float) -> Interval | None:
        """Return functions minus containers at the quantile *p*.

        None if a draw has no data, or if failed requests leave the value or a limit unknown.
        """
        functions, containers = (self._sides[backend] for backend in Backend)
        if not (functions.complete and containers.complete):
            return None
        value = functions.estimate(p) - containers.estimate(p)
        low, high = _limits(functions.draws(p), containers.draws(p), (1 - confidence) / 2)
        if not all(math.isfinite(each) for each in (value, low, high)):
            return None
        factor = widening(self._count, confidence)
        return Interval(
            value=value,
            low=value - max(0.0, value - low) * factor,
            high=value + max(0.0, high - value) * factor,
        )


def _limits(functions: NDArray[Any], containers: NDArray[Any], tail: float) -> tuple[float, float]:
    """Return the limits of the differences without *tail* on either side.

    Where the quantile of both backends is a failure, the difference could be anything.
    """
    is_unknown = np.isinf(functions) & np.isinf(containers)
    known = np.where(is_unknown, 0.0, functions) - np.where(is_unknown, 0.0, containers)
    low = inverted_cdf(np.sort(np.where(is_unknown, -math.inf, known)).tolist(), tail)
    high = inverted_cdf(np.sort(np.where(is_unknown, math.inf, known)).tolist(), 1 - tail)
    return low, high


class _Side:
    """The samples of one backend in sorted order, and how many of them each block has so far."""

    def __init__(self, samples: Sequence[Sequence[float]], weights: NDArray[Any]) -> None:
        values = np.array([value for block in samples for value in block])
        origin = np.repeat(np.arange(len(samples)), [len(block) for block in samples])
        order = np.argsort(values, kind="stable")
        self._values = values[order]
        self._weights = weights
        is_of = origin[order][:, None] == np.arange(len(samples))
        self._below = np.cumsum(is_of, axis=0, dtype=np.int32)
        self._totals = weights @ [len(block) for block in samples]

    @property
    def complete(self) -> bool:
        """Whether every draw has a sample."""
        return bool((self._totals > 0).all())

    def estimate(self, p: float) -> float:
        return inverted_cdf(self._values.tolist(), p)

    def draws(self, p: float) -> NDArray[Any]:
        """Return the quantile of each draw, without making the resamples: search their ranks."""
        ranks = np.maximum(1, np.ceil(self._totals * p)).astype(int)
        low = np.zeros(len(ranks), dtype=int)
        high = np.full(len(ranks), len(self._values) - 1)
        while (low < high).any():
            middle = (low + high) // 2
            enough = (self._below[middle] * self._weights).sum(axis=1) >= ranks
            high = np.where(enough, middle, high)
            low = np.where(enough, low, middle + 1)
        return self._values[low]
