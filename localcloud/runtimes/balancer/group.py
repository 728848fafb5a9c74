"""The healthy targets, who of them is next, and their connections."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from localcloud.runtimes.balancer.peer import TargetPeer

# Shorter than what a server behind a load balancer must keep open (gunicorn here: 75 s).
_IDLE_S: Final = 60.0
_MOST_IDLE: Final = 32


class Target:
    """One task in the rotation."""

    def __init__(self, task_id: str, host: str, port: int) -> None:
        self.task_id = task_id
        self._address = (host, port)
        self._idle: list[tuple[TargetPeer, asyncio.TimerHandle]] = []
        self._busy: set[TargetPeer] = set()
        self.is_draining = False
        self._done = asyncio.Event()
        self.outstanding = 0

    def begin(self) -> None:
        self.outstanding += 1

    def end(self) -> None:
        self.outstanding -= 1
        if not self.outstanding:
            self._done.set()

    async def connect(self) -> TargetPeer:
        """Open a connection."""
        peer = await TargetPeer.connect(*self._address)
        self._busy.add(peer)
        return peer

    def kept(self) -> TargetPeer | None:
        """Take a connection that is open from an earlier request, if there is one."""
        while self._idle:
            peer, timer = self._idle.pop()
            timer.cancel()
            if peer.is_open():
                self._busy.add(peer)
                return peer
            peer.close()
        return None

    def give_back(self, peer: TargetPeer) -> None:
        """Keep the connection for another request, or close it."""
        self._busy.discard(peer)
        if self.is_draining or len(self._idle) >= _MOST_IDLE or not peer.next_cycle():
            peer.close()
            return
        timer = asyncio.get_running_loop().call_later(_IDLE_S, self._expire, peer)
        self._idle.append((peer, timer))

    async def drain(self, delay_s: float) -> None:
        """Wait for the requests under way, *delay_s* at most; then cut them off."""
        self.is_draining = True
        self.close_idle()
        if self.outstanding:
            self._done.clear()
            try:
                async with asyncio.timeout(delay_s):
                    await self._done.wait()
            except TimeoutError:
                for peer in self._busy:
                    peer.interrupt()

    def close_idle(self) -> None:
        for peer, timer in self._idle:
            timer.cancel()
            peer.close()
        self._idle.clear()

    def _expire(self, peer: TargetPeer) -> None:
        self._idle = [pair for pair in self._idle if pair[0] is not peer]
        peer.close()


def _first(targets: list[Target]) -> Target:
    return targets[0]


def _least_busy(targets: list[Target]) -> Target:
    return min(targets, key=lambda target: target.outstanding)


ALGORITHMS: Final[Mapping[str, Callable[[list[Target]], Target]]] = {
    "round_robin": _first,
    "least_outstanding_requests": _least_busy,
}


class TargetGroup:
    """The targets of one target group, in the order of their turns."""

    def __init__(
        self, name: str, *, deregistration_delay_s: float = 300.0, algorithm: str = "round_robin"
    ) -> None:
        self.name = name
        self._targets: list[Target] = []
        self.configure(deregistration_delay_s=deregistration_delay_s, algorithm=algorithm)

    def configure(self, *, deregistration_delay_s: float, algorithm: str = "round_robin") -> None:
        """Change the rules; requests under way are not concerned."""
        self._delay_s = deregistration_delay_s
        self._choose = ALGORITHMS[algorithm]

    @property
    def registered(self) -> tuple[str, ...]:
        """The ids of the tasks that get new requests."""
        return tuple(target.task_id for target in self._targets)

    def register(self, task_id: str, host: str, port: int) -> None:
        """Let new requests go to this task."""
        self._targets.append(Target(task_id, host, port))

    async def deregister(self, task_id: str) -> None:
        """Let no new request go to this task; returns when those under way are done or cut off.

        Cut off after the deregistration delay: their clients get 502, as from ALB.
        """
        leaving = [target for target in self._targets if target.task_id == task_id]
        self._targets = [target for target in self._targets if target.task_id != task_id]
        await asyncio.gather(*(target.drain(self._delay_s) for target in leaving))

    def pick(self) -> Target | None:
        """Choose the target of one request and count it there; the caller ends it."""
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
