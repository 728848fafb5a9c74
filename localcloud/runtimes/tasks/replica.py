"""One replica of a service: a healthy task, and a new one whenever that fails."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Iterator
from typing import Final

from localcloud.contracts import Targets
from localcloud.ports import HOST
from localcloud.processes import Processes
from localcloud.runtimes.tasks.spec import ServiceSpec
from localcloud.runtimes.tasks.task import Task, TaskFailed

_log: Final = logging.getLogger(__name__)
_STABLE_S: Final = 30.0


class Replica:
    """Keeps one task running until it is closed."""

    def __init__(self, spec: ServiceSpec, processes: Processes, targets: Targets) -> None:
        self._spec = spec
        self._processes = processes
        self._targets = targets
        self._watching: asyncio.Task[None] | None = None
        self._retiring: set[asyncio.Task[None]] = set()
        self.task: Task | None = None

    async def open(self) -> None:
        """Start and register the first task; raise TaskFailed after too many failures."""
        pauses = _pauses()
        for attempt in itertools.count(1):
            await asyncio.sleep(next(pauses))
            try:
                self.task = await self._launched()
                break
            except TaskFailed as error:
                _log.warning("service %s: start %d failed: %s", self._spec.name, attempt, error)
                if attempt >= self._spec.failed_starts:
                    raise
        self._watching = asyncio.create_task(self._watch())

    def adopt(self, spec: ServiceSpec) -> None:
        """Apply changed rules to the running task."""
        self._spec = spec
        if self.task:
            self.task.rules = spec.health

    async def close(self) -> None:
        """Deregister the task, let it finish its requests, and stop it."""
        if self._watching:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        if self.task:
            self._retire(self.task)
            self.task = None
        await asyncio.gather(*self._retiring)

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        pauses = _pauses()
        while self.task:
            begun = loop.time()
            reason = await self.task.failure()
            if loop.time() - begun > _STABLE_S:
                pauses = _pauses()
            _log.warning(
                "service %s: task %s %s; replacing it", self._spec.name, self.task.id[:8], reason
            )
            self._retire(self.task)
            self.task = None
            self.task = await self._replacement(pauses)
            _log.info("service %s: task %s took its place", self._spec.name, self.task.id[:8])

    async def _replacement(self, pauses: Iterator[float]) -> Task:
        """Try until a task is healthy, with growing pauses."""
        while True:
            await asyncio.sleep(next(pauses))
            try:
                return await self._launched()
            except TaskFailed as error:
                _log.warning("service %s: %s", self._spec.name, error)

    async def _launched(self) -> Task:
        task = await Task.launch(self._spec, self._processes)
        self._targets.register(task.id, HOST, task.port)
        return task

    def _retire(self, task: Task) -> None:
        retiring = asyncio.create_task(self._drain(task))
        self._retiring.add(retiring)
        retiring.add_done_callback(self._retiring.discard)

    async def _drain(self, task: Task) -> None:
        try:
            await self._targets.deregister(task.id)
            await task.stop(self._spec.stop_timeout_s)
        finally:
            task.kill()


def _pauses() -> Iterator[float]:
    """Yield no pause at first, then longer ones up to ten seconds."""
    yield 0.0
    for n in itertools.count():
        yield min(0.2 * 2**n, 10.0)
