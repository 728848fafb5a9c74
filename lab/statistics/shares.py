"""Shares with their Wilson intervals."""

from __future__ import annotations

import math
from typing import Final

from lab.summary import Share

Z: Final = 1.959963984540054
"""The 0.975 quantile of the normal distribution."""


def share(count: int, of: int) -> Share:
    """Return *count* / *of* with its 95 % Wilson interval, which is right for rare events too."""
    if not of:
        return Share(count=count, of=of, value=None, low=None, high=None)
    value = count / of
    scale = 1 + Z * Z / of
    middle = (value + Z * Z / (2 * of)) / scale
    half = Z * math.sqrt(value * (1 - value) / of + Z * Z / (4 * of * of)) / scale
    return Share(
        count=count,
        of=of,
        value=value,
        low=0.0 if count == 0 else max(0.0, middle - half),
        high=1.0 if count == of else min(1.0, middle + half),
    )
