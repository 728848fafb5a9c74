"""Ids that clients make, so that a lost answer can be found again by reading."""

from __future__ import annotations

import os
import time
from typing import Final

_VERSION_7: Final = 0x7 << 76
_VARIANT: Final = 0b10 << 62
_RANDOM: Final = ~((0xF << 76) | (0b11 << 62)) & ((1 << 80) - 1)


def new_id() -> str:
    """Make a UUID of version 7: later ones sort after earlier ones, to the millisecond."""
    random = int.from_bytes(os.urandom(10), "big") & _RANDOM
    number = (time.time_ns() // 1_000_000) << 80 | _VERSION_7 | _VARIANT | random
    digits = f"{number:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
