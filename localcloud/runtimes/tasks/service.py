"""A service: as many healthy tasks as are declared, replaced without losing a request."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

from localcloud.contracts import Targets
from localcloud.metrics import Meter, unmetered
from localcloud.processes import Processes
from localcloud.runtimes.tasks.keeper import Keeper
from localcloud.runtimes.tasks.observer import Observer
from localcloud.runtimes.tasks.spec import ServiceSpec
from localcloud.runtimes.tasks.task import TaskFailed


class ServiceFailed(Exception):
    """A deployment was given up; the text says why, with the last lines of a task's log."""


class Service:
    """The tasks of one service; *targets* is told which of them may be asked."""

    def __init__(
        self,
        spec: ServiceSpec,
        processes: Processes,
        targets: Targets,
        meter: Meter = unmetered,
    ) -> None:
        self.spec = spec
        self._processes = processes
        self._targets = targets
        self._keepers: list[Keeper] = []
        self._turn = asyncio.Lock()
        self._deploying: asyncio.Task[None] | None = None
        self._stopped = False
        self._observer = Observer(meter, lambda: self.pids)
        self._observing: asyncio.Task[None] | None = None
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def tasks(self) -> tuple[str, ...]:
        """The ids of the tasks that run now."""
        return tuple(keeper.task.id for keeper in self._keepers if keeper.task)

    @property
    def pids(self) -> tuple[int, ...]:
        """Their processes, in the same order."""
        return tuple(keeper.task.pid for keeper in self._keepers if keeper.task)

    async def start(self) -> None:
        """Start the declared tasks; returns when all are healthy, or raises ServiceFailed."""
        await self._deploy(self._replace(self.spec))
        self._observing = asyncio.create_task(self._observer.watch(lambda: self.spec))

    async def update(self, spec: ServiceSpec) -> None:
        """Follow a changed declaration; what runs goes on if the new tasks do not become healthy.

        Changed tasks come first, healthy and in the rotation, and the old ones leave after them.
        """
        if spec.needs_new_tasks(self.spec):
            await self._deploy(self._replace(spec))
        else:
            await self._deploy(self._adopt(spec))

    async def stop(self) -> None:
        """Drain and end all tasks, those of an unfinished deployment too."""
        self._stopped = True
        if self._observing:
            self._observing.cancel()
        if self._deploying:
            self._deploying.cancel()
        async with self._turn:
            keepers, self._keepers = self._keepers, []
            await self._close(keepers)
            await asyncio.gather(*self._closing)

    async def _deploy(self, work: Coroutine[Any, Any, None]) -> None:
        async with self._turn:
            self._deploying = asyncio.create_task(work)
            try:
                await self._deploying
            except asyncio.CancelledError:
                if not self._stopped:
                    raise
                raise ServiceFailed(f"service {self.spec.name} was stopped") from None
            finally:
                self._deploying = None

    async def _replace(self, spec: ServiceSpec) -> None:
        new = await self._opened(spec, spec.desired_count)
        old, self._keepers = self._keepers, new
        self.spec = spec
        await self._close(old)

    async def _adopt(self, spec: ServiceSpec) -> None:
        for keeper in self._keepers:
            keeper.adopt(spec)
        more = await self._opened(spec, spec.desired_count - len(self._keepers))
        self._keepers.extend(more)
        surplus = self._keepers[spec.desired_count :]
        del self._keepers[spec.desired_count :]
        self.spec = spec
        await self._close(surplus)

    async def _opened(self, spec: ServiceSpec, count: int) -> list[Keeper]:
        """Open places, all at once; if one cannot be filled, none of them stays."""
        keepers = [Keeper(spec, self._processes, self._targets) for _ in range(count)]
        opening = [asyncio.create_task(keeper.open()) for keeper in keepers]
        try:
            await asyncio.gather(*opening)
        except BaseException as error:
            for one in opening:
                one.cancel()
            await asyncio.gather(*opening, return_exceptions=True)
            await self._close(keepers)
            if isinstance(error, TaskFailed):
                given_up = f"given up after {spec.failed_starts} failed starts"
                raise ServiceFailed(f"service {spec.name}: {given_up}; {error}") from error
            raise
        return keepers

    async def _close(self, keepers: Sequence[Keeper]) -> None:
        """Close places, to the end even if the deployment is cancelled meanwhile."""
        closing = asyncio.create_task(_close(keepers))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)
        await asyncio.shield(closing)


async def _close(keepers: Sequence[Keeper]) -> None:
    await asyncio.gather(*(keeper.close() for keeper in keepers))
