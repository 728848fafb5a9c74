"""A function that can be invoked, replaced while it is used, and closed."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Final

from localcloud.contracts import RequestTooLarge, Throttled
from localcloud.metrics import Meter, unmetered
from localcloud.processes import Processes
from localcloud.runtimes.functions.environment import Environment
from localcloud.runtimes.functions.fleet import Fleet
from localcloud.runtimes.functions.invocation import (
    EVENT_LIMIT,
    EnvironmentLost,
    Invocation,
    gone,
)
from localcloud.runtimes.functions.spec import FunctionSpec

_IDLE_S: Final = 300.0


class Function:
    """One declared function and the environments that answer for it."""

    def __init__(
        self,
        spec: FunctionSpec,
        processes: Processes,
        endpoint: str,
        *,
        idle_s: float = _IDLE_S,
        meter: Meter = unmetered,
    ) -> None:
        """*endpoint* is where the function finds DynamoDB."""
        self._processes = processes
        self._endpoint = endpoint
        self._idle_s = idle_s
        self._meter = meter
        self._spec = spec
        self._fleet = self._new_fleet(spec)
        self._former: set[Fleet] = set()
        self._running: set[asyncio.Task[bytes]] = set()
        self._closed = False

    async def invoke(self, event: bytes) -> bytes:
        """Give the function's answer; raises an InvocationError when there is none.

        What has begun runs to its end even when the caller goes away, as in Lambda.
        """
        if len(event) > EVENT_LIMIT:
            raise RequestTooLarge(f"{len(event)} bytes, the limit is {EVENT_LIMIT}")
        if self._closed:
            raise gone(self._spec.name)
        task = asyncio.create_task(self._counted(Invocation(event)))
        self._running.add(task)
        task.add_done_callback(self._forget)
        return await asyncio.shield(task)

    async def replace(self, spec: FunctionSpec) -> None:
        """Run *spec* from now on; what runs already finishes as it began.

        Returns when the idle environments of the former version have ended.
        """
        former, self._spec, self._fleet = self._fleet, spec, self._new_fleet(spec)
        self._former = {fleet for fleet in self._former if not fleet.gone} | {former}
        await former.retire()

    async def close(self) -> None:
        """Kill all environments; what still runs fails."""
        self._closed = True
        await asyncio.gather(*(fleet.close() for fleet in {self._fleet, *self._former}))
        if self._running:
            await asyncio.wait(list(self._running))

    async def _counted(self, invocation: Invocation) -> bytes:
        """Count as Lambda does: a call that is throttled is no invocation, and no error."""
        try:
            answer = await self._invoke(invocation)
        except Throttled:
            self._meter("Throttles", 1)
            raise
        except Exception:
            self._count_invocation(errors=1)
            raise
        self._count_invocation(errors=0)
        return answer

    def _count_invocation(self, *, errors: int) -> None:
        for name, value in (("Invocations", 1), ("Errors", errors), ("Throttles", 0)):
            self._meter(name, value)

    async def _invoke(self, invocation: Invocation) -> bytes:
        fleet = self._fleet
        while True:
            environment = fleet.claim()
            self._meter("ConcurrentExecutions", fleet.busy)
            try:
                return await environment.invoke(invocation)
            except EnvironmentLost:
                invocation = Invocation(invocation.event, invocation.id)
            finally:
                fleet.release(environment)

    def _new_fleet(self, spec: FunctionSpec) -> Fleet:
        make = partial(Environment, spec, self._processes, self._endpoint, self._meter)
        return Fleet(make, spec.concurrency, self._idle_s)

    def _forget(self, task: asyncio.Task[bytes]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # the caller may have gone, and then nobody else asks
