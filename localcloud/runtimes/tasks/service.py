"""A service: as many healthy tasks as are declared, replaced without losing a request."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from localcloud.contracts import Targets
from localcloud.metrics import Meter, unmetered
from localcloud.processes import Processes
from localcloud.runtimes.tasks.observer import Observer, Printed
from localcloud.runtimes.tasks.replica import Replica
from localcloud.runtimes.tasks.spec import ServiceSpec
from localcloud.runtimes.tasks.task import Task, TaskFailed


def unread(lines: bytes) -> None:
    """Ignore what tasks print: for a service that runs alone."""


class ServiceFailed(Exception):
    """A deployment failed; the text says why, with the last lines of a task's log."""


class Service:
    """The tasks of one service; its deployments take place one after the other.

    *spec* is what runs, *wanted* what the last deployment asks for; *targets* receives the tasks.
    """

    def __init__(
        self,
        spec: ServiceSpec,
        processes: Processes,
        targets: Targets,
        meter: Meter = unmetered,
        printed: Printed = unread,
    ) -> None:
        self.spec = self.wanted = spec
        self._processes = processes
        self._targets = targets
        self._replicas: list[Replica] = []
        self._deployments: list[asyncio.Task[None]] = []
        self._stopped = False
        self._observer = Observer(meter, printed, self._running)
        self._observing: asyncio.Task[None] | None = None
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def tasks(self) -> tuple[str, ...]:
        """The ids of the tasks that run now."""
        return tuple(task.id for task in self._running())

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of the tasks, in the same order."""
        return tuple(task.pid for task in self._running())

    def _running(self) -> list[Task]:
        return [replica.task for replica in self._replicas if replica.task]

    async def start(self) -> None:
        """Start the declared tasks; return when all are healthy, or raise ServiceFailed."""
        await self.begin(self.spec)

    async def update(self, spec: ServiceSpec) -> None:
        """Deploy *spec*; return when it runs, or raise ServiceFailed."""
        await self.begin(spec)

    def begin(self, spec: ServiceSpec, targets: Targets | None = None) -> asyncio.Task[None]:
        """Deploy *spec* after the deployments in progress, and return this deployment.

        Other *targets* than before need new tasks, as another task definition does. New tasks are
        healthy and registered before the old ones are stopped. If they do not become healthy, the
        old ones stay.
        """
        previous = self._deployments[-1:]
        self._deployments = [one for one in self._deployments if not one.done()]
        self.wanted = spec
        deployment = asyncio.create_task(self._deploy(spec, targets, previous))
        deployment.add_done_callback(_retrieve)
        self._deployments.append(deployment)
        return deployment

    async def settle(self) -> None:
        """Wait for the last deployment; raise ServiceFailed if it failed."""
        if self._deployments:
            await asyncio.shield(self._deployments[-1])

    async def stop(self) -> None:
        """Drain and stop all tasks, those of an unfinished deployment too."""
        self._stopped = True
        if self._observing:
            self._observing.cancel()
        for deployment in self._deployments:
            deployment.cancel()
        if self._deployments:
            await asyncio.wait(self._deployments)
        replicas, self._replicas = self._replicas, []
        await self._close(replicas)
        await asyncio.gather(*self._closing)

    async def _deploy(
        self,
        spec: ServiceSpec,
        targets: Targets | None,
        previous: Sequence[asyncio.Task[None]],
    ) -> None:
        try:
            if previous:
                await asyncio.wait(previous)
            targets = targets or self._targets
            if targets is not self._targets or spec.needs_new_tasks(self.spec):
                await self._replace(spec, targets)
            else:
                await self._adopt(spec)
        except asyncio.CancelledError:
            if not self._stopped:
                raise
            raise ServiceFailed(f"service {self.spec.name} was stopped") from None
        if self._observing is None:
            self._observing = asyncio.create_task(self._observer.watch(lambda: self.spec))

    async def _replace(self, spec: ServiceSpec, targets: Targets) -> None:
        new = await self._opened(spec, spec.desired_count, targets)
        old, self._replicas = self._replicas, new
        self.spec, self._targets = spec, targets
        await self._close(old)

    async def _adopt(self, spec: ServiceSpec) -> None:
        for replica in self._replicas:
            replica.adopt(spec)
        count = spec.desired_count - len(self._replicas)
        more = await self._opened(spec, count, self._targets)
        self._replicas.extend(more)
        surplus = self._replicas[spec.desired_count :]
        del self._replicas[spec.desired_count :]
        self.spec = spec
        await self._close(surplus)

    async def _opened(self, spec: ServiceSpec, count: int, targets: Targets) -> list[Replica]:
        """Start replicas, all at once; if one fails, stop them all."""
        replicas = [Replica(spec, self._processes, targets) for _ in range(count)]
        opening = [asyncio.create_task(replica.open()) for replica in replicas]
        try:
            await asyncio.gather(*opening)
        except BaseException as error:
            for one in opening:
                one.cancel()
            await asyncio.gather(*opening, return_exceptions=True)
            await self._close(replicas)
            if isinstance(error, TaskFailed):
                stopped = f"stopped trying after {spec.failed_starts} failed starts"
                raise ServiceFailed(f"service {spec.name}: {stopped}; {error}") from error
            raise
        return replicas

    async def _close(self, replicas: Sequence[Replica]) -> None:
        """Stop replicas, to the end even if the deployment is canceled during it."""
        closing = asyncio.create_task(_close(replicas))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)
        await asyncio.shield(closing)


async def _close(replicas: Sequence[Replica]) -> None:
    await asyncio.gather(*(replica.close() for replica in replicas))


def _retrieve(deployment: asyncio.Task[None]) -> None:
    """Mark a failure as seen: nobody may be waiting for this deployment."""
    if not deployment.cancelled():
        deployment.exception()
