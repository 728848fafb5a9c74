"""The execution environments of one version of a function."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from localcloud.contracts import Throttled
from localcloud.runtimes.functions.environment import Environment


class EnvironmentPool:
    """Provides environments, the most recently used first, and ends those that stay idle."""

    def __init__(self, make: Callable[[], Environment], size: int, idle_s: float) -> None:
        self._make = make
        self._size = size
        self._idle_s = idle_s
        self._all: set[Environment] = set()
        self._idle: dict[Environment, asyncio.TimerHandle] = {}  # in the order of their last use
        self._ending: set[asyncio.Task[None]] = set()
        self._retired = False

    def claim(self) -> Environment:
        """Take an environment for one invocation; raise Throttled if all are busy."""
        while self._idle:
            environment, timer = self._idle.popitem()
            timer.cancel()
            if environment.usable:
                return environment
            self._dismiss(environment)
        if len(self._all) >= self._size:
            raise Throttled(f"all {self._size} execution environments are busy")
        environment = self._make()
        environment.on_exit = self._dismiss
        self._all.add(environment)
        return environment

    def release(self, environment: Environment) -> None:
        """Take an environment back after its invocation."""
        if self._retired or not environment.usable:
            self._dismiss(environment)
            return
        timer = asyncio.get_running_loop().call_later(self._idle_s, self._dismiss, environment)
        self._idle[environment] = timer

    async def retire(self) -> None:
        """End the idle environments now, and the others after their invocations."""
        self._retired = True
        for environment in list(self._idle):
            self._dismiss(environment)
        await self._wait()

    async def close(self) -> None:
        """End all environments at once."""
        self._retired = True
        for environment in list(self._all):
            self._dismiss(environment)
        await self._wait()

    @property
    def busy(self) -> int:
        """The number of environments that run an invocation."""
        return len(self._all) - len(self._idle)

    @property
    def is_gone(self) -> bool:
        """True if it is retired and all of its environments have ended."""
        return self._retired and not self._all and not self._ending

    def _dismiss(self, environment: Environment) -> None:
        timer = self._idle.pop(environment, None)
        if timer:
            timer.cancel()
        if environment in self._all:
            self._all.discard(environment)
            task = asyncio.create_task(environment.end())
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    async def _wait(self) -> None:
        while self._ending:
            await asyncio.wait(list(self._ending))
