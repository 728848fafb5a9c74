"""Which invocations Lambda traces."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Final

_ALWAYS_EACH_S: Final = 1.0
_SHARE_OF_THE_OTHERS: Final = 0.05


class Sampling:
    """Chooses the first invocation of each second, and a share of the others."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._clock = clock
        self._chance = chance
        self._next = clock()

    def choose(self) -> bool:
        """Return True if the next invocation must be traced."""
        now = self._clock()
        if now >= self._next:
            self._next = now + _ALWAYS_EACH_S
            return True
        return self._chance() < _SHARE_OF_THE_OTHERS
