"""Measures a service as ECS does: how much its tasks use of what they reserve, and what they print.

All processes of a task count, as in a container. Memory is resident memory; pages that processes of
a task share count for each of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import psutil

from localcloud.metrics import Meter
from localcloud.runtimes.tasks.output import TaskOutput
from localcloud.runtimes.tasks.spec import ServiceSpec

Printed = Callable[[bytes], None]
"""Receives complete lines that tasks have printed."""

_EVERY_S: Final = 10.0
_MEBIBYTE: Final = 1 << 20
_UNITS_PER_CPU: Final = 1024


@dataclass(frozen=True)
class Usage:
    """The CPU time of a process since its start, and its memory now."""

    cpu_s: float
    memory_bytes: int


class Observed(Protocol):
    """A running task: its main process and its log file."""

    @property
    def pid(self) -> int: ...

    @property
    def log(self) -> Path: ...


class Observer:
    """Measures the tasks at regular intervals."""

    def __init__(
        self, meter: Meter, printed: Printed, tasks: Callable[[], Sequence[Observed]]
    ) -> None:
        self._meter = meter
        self._printed = printed
        self._tasks = tasks
        self._output = TaskOutput()
        self._last: dict[int, Usage] = {}
        self._measured_at = 0.0

    async def watch(self, spec: Callable[[], ServiceSpec]) -> None:
        """Measure until canceled."""
        while True:
            self.measure(spec())
            await asyncio.sleep(_EVERY_S)

    def measure(self, spec: ServiceSpec) -> None:
        """Measure once; CPU is the average since the previous measurement."""
        tasks = self._tasks()
        self._printed(self._output.new_lines(task.log for task in tasks))
        pids = [task.pid for task in tasks]
        now, found = time.monotonic(), {pid: used for task in pids for pid, used in _usage(task)}
        last, elapsed = self._last, now - self._measured_at
        self._last, self._measured_at = found, now
        if not found:
            return
        memory = sum(used.memory_bytes for used in found.values())
        self._meter("MemoryUtilization", 100 * memory / (len(pids) * spec.memory_mb * _MEBIBYTE))
        if last:
            before = {pid: used.cpu_s for pid, used in last.items()}
            cpu_s = sum(used.cpu_s - before.get(pid, 0.0) for pid, used in found.items())
            reserved_s = elapsed * len(pids) * spec.cpu_units / _UNITS_PER_CPU
            self._meter("CPUUtilization", 100 * cpu_s / reserved_s)


def _usage(task: int) -> Iterator[tuple[int, Usage]]:
    """Yield the usage of a task's process and of its descendants; those that ended are left out."""
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(task)
        for one in [process, *process.children(recursive=True)]:
            with contextlib.suppress(psutil.Error), one.oneshot():
                times = one.cpu_times()
                yield one.pid, Usage(times.user + times.system, one.memory_info().rss)
