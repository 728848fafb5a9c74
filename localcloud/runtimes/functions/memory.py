"""How much memory an execution environment has used.

Lambda reports the most that an environment has used since its start. No portable call returns that
for a running process (psutil has it on Windows only), so the resident memory is sampled while an
invocation runs, and at its end. A peak between two samples is missed.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from typing import Final

import psutil

_EVERY_S: Final = 0.05
_MEBIBYTE: Final = 1 << 20


class PeakMemory:
    """The most resident memory seen of one process."""

    def __init__(self, pid: int) -> None:
        self._bytes = 0
        self._process: psutil.Process | None = None
        with contextlib.suppress(psutil.Error):  # it may have ended already
            self._process = psutil.Process(pid)

    @property
    def mb(self) -> int | None:
        """The peak in MiB, rounded up; None if the process was never seen."""
        return math.ceil(self._bytes / _MEBIBYTE) or None

    def sample(self) -> None:
        with contextlib.suppress(psutil.Error):
            if self._process:
                self._bytes = max(self._bytes, self._process.memory_info().rss)

    async def watch(self) -> None:
        """Sample until canceled."""
        while True:
            await asyncio.sleep(_EVERY_S)
            self.sample()
