"""Measures a service as ECS does: how much its tasks use of what they have reserved."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Final

from localcloud.metrics import Meter
from localcloud.runtimes.tasks.spec import ServiceSpec
from localcloud.runtimes.tasks.usage import Usage, usage

_EVERY_S: Final = 10.0
_MEBIBYTE: Final = 1 << 20
_UNITS_PER_CPU: Final = 1024


class Observer:
    """Looks at the tasks again and again, from its first look to the last."""

    def __init__(self, meter: Meter, pids: Callable[[], Sequence[int]]) -> None:
        self._meter = meter
        self._pids = pids
        self._seen: dict[int, Usage] = {}
        self._seen_at = 0.0

    async def watch(self, spec: Callable[[], ServiceSpec]) -> None:
        """Measure until cancelled."""
        while True:
            self.look(spec())
            await asyncio.sleep(_EVERY_S)

    def look(self, spec: ServiceSpec) -> None:
        """Measure once; CPU is that since the look before."""
        pids = self._pids()
        now, found = (
            time.monotonic(),
            {one: used for pid in pids for one, used in usage(pid).items()},
        )
        before, passed = self._seen, now - self._seen_at
        self._seen, self._seen_at = found, now
        if not found:
            return
        held = sum(used.memory_bytes for used in found.values())
        self._meter("MemoryUtilization", 100 * held / (len(pids) * spec.memory_mb * _MEBIBYTE))
        if before:
            spent = sum(used.cpu_s - _spent(before.get(pid)) for pid, used in found.items())
            reserved_s = passed * len(pids) * spec.cpu_units / _UNITS_PER_CPU
            self._meter("CPUUtilization", 100 * spent / reserved_s)


def _spent(before: Usage | None) -> float:
    return before.cpu_s if before else 0.0
