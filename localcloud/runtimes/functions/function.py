"""A function that can be invoked, replaced while in use, and closed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Final

from localcloud.contracts import RequestTooLarge, Throttled
from localcloud.metrics import Meter, unmetered
from localcloud.processes import Processes
from localcloud.runtimes.functions.environment import Environment
from localcloud.runtimes.functions.invocation import (
    EVENT_LIMIT,
    EnvironmentLost,
    Invocation,
    gone,
)
from localcloud.runtimes.functions.pool import EnvironmentPool
from localcloud.runtimes.functions.sampling import Sampling
from localcloud.runtimes.functions.spec import FunctionSpec

_IDLE_S: Final = 300.0


class Function:
    """One declared function and its execution environments."""

    def __init__(  # noqa: PLR0913 - all that its environments need
        self,
        spec: FunctionSpec,
        processes: Processes,
        endpoint: str,
        *,
        idle_s: float = _IDLE_S,
        meter: Meter = unmetered,
        printed: Callable[[bytes], None] = lambda _: None,
    ) -> None:
        """*endpoint* is where the function finds DynamoDB; *printed* receives what it prints."""
        self._processes = processes
        self._endpoint = endpoint
        self._idle_s = idle_s
        self._meter = meter
        self._printed = printed
        self._spec = spec
        self._sampling = Sampling()
        self._pool = self._new_pool(spec)
        self._retired: set[EnvironmentPool] = set()
        self._running: set[asyncio.Task[bytes]] = set()
        self._closed = False

    async def invoke(self, event: bytes) -> bytes:
        """Return the function's response, or raise an InvocationError.

        As in Lambda, an invocation continues to its end even if the caller disconnects.
        """
        if len(event) > EVENT_LIMIT:
            raise RequestTooLarge(f"{len(event):,} bytes, the limit is {EVENT_LIMIT:,}")
        if self._closed:
            raise gone(self._spec.name)
        is_traced = bool(self._spec.xray_daemon) and self._sampling.choose()
        task = asyncio.create_task(self._counted(Invocation(event, is_traced=is_traced)))
        self._running.add(task)
        task.add_done_callback(self._forget)
        return await asyncio.shield(task)

    async def replace(self, spec: FunctionSpec) -> None:
        """Run *spec* from now on; running invocations finish with the previous version.

        Returns when the idle environments of the previous version have ended.
        """
        previous, self._spec, self._pool = self._pool, spec, self._new_pool(spec)
        self._retired = {pool for pool in self._retired if not pool.is_gone} | {previous}
        await previous.retire()

    async def close(self) -> None:
        """Kill all environments; running invocations fail."""
        self._closed = True
        await asyncio.gather(*(pool.close() for pool in {self._pool, *self._retired}))
        if self._running:
            await asyncio.wait(list(self._running))

    async def _counted(self, invocation: Invocation) -> bytes:
        """Count as Lambda does: a throttled call is neither an invocation nor an error."""
        try:
            response = await self._invoke(invocation)
        except Throttled:
            self._meter("Throttles", 1)
            raise
        except Exception:
            self._count_invocation(errors=1)
            raise
        self._count_invocation(errors=0)
        return response

    def _count_invocation(self, *, errors: int) -> None:
        for name, value in (("Invocations", 1), ("Errors", errors), ("Throttles", 0)):
            self._meter(name, value)

    async def _invoke(self, invocation: Invocation) -> bytes:
        pool = self._pool
        while True:
            environment = pool.claim()
            self._meter("ConcurrentExecutions", pool.busy)
            try:
                return await environment.invoke(invocation)
            except EnvironmentLost:
                invocation = Invocation(
                    invocation.event, invocation.id, is_traced=invocation.is_traced
                )
            finally:
                pool.release(environment)

    def _new_pool(self, spec: FunctionSpec) -> EnvironmentPool:
        make = partial(
            Environment, spec, self._processes, self._endpoint, self._meter, self._printed
        )
        return EnvironmentPool(make, spec.concurrency, self._idle_s)

    def _forget(self, task: asyncio.Task[bytes]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # the caller may be gone, and then nobody retrieves it
