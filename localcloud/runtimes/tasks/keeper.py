"""One place in a service: it holds a healthy task, and gets another one when that fails."""

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


class Keeper:
    """Keeps one task running until it is closed."""

    def __init__(self, spec: ServiceSpec, processes: Processes, targets: Targets) -> None:
        self._spec = spec
        self._processes = processes
        self._targets = targets
        self._keeping: asyncio.Task[None] | None = None
        self._leaving: set[asyncio.Task[None]] = set()
        self.task: Task | None = None

    async def open(self) -> None:
        """Bring the first task into the rotation; raises TaskFailed after too many failures."""
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
        self._keeping = asyncio.create_task(self._keep())

    def adopt(self, spec: ServiceSpec) -> None:
        """Follow changed rules; the task itself stays."""
        self._spec = spec
        if self.task:
            self.task.rules = spec.health

    async def close(self) -> None:
        """Take the task out of the rotation, let it finish, and end it."""
        if self._keeping:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        if self.task:
            self._leave(self.task)
            self.task = None
        await asyncio.gather(*self._leaving)

    async def _keep(self) -> None:
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
            self._leave(self.task)
            self.task = None
            self.task = await self._replacement(pauses)
            _log.info("service %s: task %s took its place", self._spec.name, self.task.id[:8])

    async def _replacement(self, pauses: Iterator[float]) -> Task:
        """Try until a task is healthy, more and more slowly."""
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

    def _leave(self, task: Task) -> None:
        leaving = asyncio.create_task(self._retire(task))
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)

    async def _retire(self, task: Task) -> None:
        try:
            await self._targets.deregister(task.id)
            await task.stop(self._spec.stop_timeout_s)
        finally:
            task.kill()


def _pauses() -> Iterator[float]:
    """Give no pause at first, then longer ones up to ten seconds."""
    yield 0.0
    for n in itertools.count():
        yield min(0.2 * 2**n, 10.0)
