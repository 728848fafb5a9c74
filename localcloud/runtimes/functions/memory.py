"""How much memory an execution environment has used.

Lambda reports the most that an environment has used since its start. Linux stores that value for
each process, where psutil does not read it. On other systems the resident memory is sampled while
an invocation runs, and at its end, so a peak between two samples is missed.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from pathlib import Path
from typing import Final

import psutil

_EVERY_S: Final = 0.05
_MEBIBYTE: Final = 1 << 20


class PeakMemory:
    """The most resident memory of one process."""

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
                now = _stored_peak(self._process.pid) or self._process.memory_info().rss
                self._bytes = max(self._bytes, now)

    async def watch(self) -> None:
        """Sample until cancelled."""
        while True:
            await asyncio.sleep(_EVERY_S)
            self.sample()


def _stored_peak(pid: int) -> int:
    """Return the peak that Linux stores; 0 on other systems, or if the process has ended."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_bytes().splitlines():
            if line.startswith(b"VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0
