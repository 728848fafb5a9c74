"""Intervals: their type, and the factors that do not need resamples."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lab.statistics.student import normal, t

DRAWS: Final = 2000
"""The resamples of the bootstrap."""


@dataclass(frozen=True, kw_only=True)
class Interval:
    """An estimate and its limits."""

    value: float
    low: float
    high: float


def widening(blocks: int, confidence: float) -> float:
    """Return by how much percentile limits are too narrow with few blocks."""
    return t(confidence, blocks - 1) / normal(confidence) * math.sqrt(blocks / (blocks - 1))


def t_interval(values: Sequence[float], confidence: float) -> Interval:
    """Return the mean of independent *values* with its interval."""
    mean = sum(values) / len(values)
    variance = sum((value - mean) ** 2 for value in values) / (len(values) - 1)
    half = t(confidence, len(values) - 1) * math.sqrt(variance / len(values))
    return Interval(value=mean, low=mean - half, high=mean + half)
