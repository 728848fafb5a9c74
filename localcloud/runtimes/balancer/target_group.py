"""A target group: its healthy targets, their connections, and which of them is next."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from localcloud.runtimes.balancer.target_connection import TargetConnection

# Less than targets keep a connection open (here: gunicorn, for 75 s).
_IDLE_S: Final = 60.0
_MOST_IDLE: Final = 32


class Target:
    """A registered task."""

    def __init__(self, task_id: str, host: str, port: int) -> None:
        self.task_id = task_id
        self._address = (host, port)
        self._idle: list[tuple[TargetConnection, asyncio.TimerHandle]] = []
        self._busy: set[TargetConnection] = set()
        self.is_draining = False
        self._done = asyncio.Event()
        self.outstanding = 0

    def begin(self) -> None:
        """Count a request."""
        self.outstanding += 1

    def end(self) -> None:
        """Count a request as done."""
        self.outstanding -= 1
        if not self.outstanding:
            self._done.set()

    async def connect(self) -> TargetConnection:
        """Open a connection."""
        connection = await TargetConnection.open(*self._address)
        self._busy.add(connection)
        return connection

    def take_idle(self) -> TargetConnection | None:
        """Take a connection that is open from an earlier request, None if there is none."""
        while self._idle:
            connection, timer = self._idle.pop()
            timer.cancel()
            if connection.is_usable():
                self._busy.add(connection)
                return connection
            connection.close()
        return None

    def release(self, connection: TargetConnection) -> None:
        """Keep the connection for another request, or close it."""
        self._busy.discard(connection)
        if self.is_draining or len(self._idle) >= _MOST_IDLE or not connection.next_cycle():
            connection.close()
            return
        timer = asyncio.get_running_loop().call_later(_IDLE_S, self._expire, connection)
        self._idle.append((connection, timer))

    async def drain(self, delay_s: float) -> None:
        """Wait at most *delay_s* for the running requests; then cut them off."""
        self.is_draining = True
        self.close_idle()
        if self.outstanding:
            self._done.clear()
            try:
                async with asyncio.timeout(delay_s):
                    await self._done.wait()
            except TimeoutError:
                for connection in self._busy:
                    connection.interrupt()

    def close_idle(self) -> None:
        """Close the connections that wait for requests."""
        for connection, timer in self._idle:
            timer.cancel()
            connection.close()
        self._idle.clear()

    def _expire(self, connection: TargetConnection) -> None:
        self._idle = [pair for pair in self._idle if pair[0] is not connection]
        connection.close()


def _first(targets: list[Target]) -> Target:
    return targets[0]


def _least_busy(targets: list[Target]) -> Target:
    return min(targets, key=lambda target: target.outstanding)


ALGORITHMS: Final[Mapping[str, Callable[[list[Target]], Target]]] = {
    "round_robin": _first,
    "least_outstanding_requests": _least_busy,
}


class TargetGroup:
    """The healthy targets of one group, the next one first."""

    def __init__(
        self, name: str, *, deregistration_delay_s: float = 300.0, algorithm: str = "round_robin"
    ) -> None:
        self.name = name
        self._targets: list[Target] = []
        self.configure(deregistration_delay_s=deregistration_delay_s, algorithm=algorithm)

    def configure(self, *, deregistration_delay_s: float, algorithm: str = "round_robin") -> None:
        """Change the attributes; running requests are not affected."""
        self._delay_s = deregistration_delay_s
        self._choose = ALGORITHMS[algorithm]

    @property
    def registered(self) -> tuple[str, ...]:
        """The ids of the registered tasks."""
        return tuple(target.task_id for target in self._targets)

    def register(self, task_id: str, host: str, port: int) -> None:
        """Send new requests to this task too."""
        self._targets.append(Target(task_id, host, port))

    async def deregister(self, task_id: str) -> None:
        """Send no new requests to this task; return when its requests are done or cut off.

        They are cut off after the deregistration delay: their clients get 502, as from ALB.
        """
        leaving = [target for target in self._targets if target.task_id == task_id]
        self._targets = [target for target in self._targets if target.task_id != task_id]
        await asyncio.gather(*(target.drain(self._delay_s) for target in leaving))

    def pick(self) -> Target | None:
        """Choose a target for a request and count the request there; the caller ends it."""
        if not self._targets:
            return None
        target = self._choose(self._targets)
        self._targets.remove(target)
        self._targets.append(target)
        target.begin()
        return target

    def close_idle(self) -> None:
        """Close the connections that wait for requests."""
        for target in self._targets:
            target.close_idle()
