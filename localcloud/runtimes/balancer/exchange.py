"""One request through the load balancer: to a target, and its answer back.

A target may close a kept connection in the very moment a request is on its way. ALB answers 502
then; here that cannot happen to a request which the target has not seen:

* only requests that change nothing and have no body (GET, HEAD, OPTIONS) go over a kept
  connection, and only after a look whether it is still open;
* if it closes without a byte of an answer, such a request is sent again, once, on a fresh one;
* all others get a fresh connection each. None of them is ever sent twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

import h11

from localcloud.metrics import Meter
from localcloud.runtimes.balancer.group import Target
from localcloud.runtimes.balancer.headers import for_client
from localcloud.runtimes.balancer.peer import ClientPeer, Event, TargetPeer

_CONNECT_S: Final = 10.0
_DISCARD_S: Final = 10.0
_GO_AHEAD: Final = h11.InformationalResponse(status_code=100, headers=[], reason=b"Continue")
_SAFE: Final = frozenset({b"GET", b"HEAD", b"OPTIONS"})


class NoAnswer(Exception):
    """The target has not answered; *status* is what the client gets instead."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Broken(Exception):
    """An answer broke off in the middle, on the target's side or on the client's."""


async def exchange(
    client: ClientPeer, request: h11.Request, target: Target, idle_s: float, meter: Meter
) -> None:
    """Pass *request* on (its headers are the target's already), and the answer to *client*.

    *idle_s* is how long nothing may move while the request is under way.
    """
    began = time.perf_counter()
    upload = None if client.has_sent_all else _Upload(client, request, target, idle_s)
    peer, head = await (upload.ask() if upload else _ask(request, target, idle_s))
    meter("TargetResponseTime", time.perf_counter() - began)
    meter(f"HTTPCode_Target_{head.status_code // 100}XX_Count", 1)
    try:
        await _relay(client, peer, head, idle_s)
        if upload:
            await upload.discard_rest()
    finally:
        if upload:
            await upload.end()
        target.give_back(peer)


async def _ask(
    request: h11.Request, target: Target, idle_s: float
) -> tuple[TargetPeer, h11.Response]:
    """Send a request without a body; gives the head of the answer, and where it comes from."""
    if request.method in _SAFE and (kept := target.kept()):
        try:
            return kept, await _asked(kept, request, idle_s)
        except NoAnswer as error:
            unseen = error.status == HTTPStatus.BAD_GATEWAY and kept.is_silent
            target.give_back(kept)
            if target.is_draining or not unseen:
                raise
    peer = await _connected(target)
    try:
        return peer, await _asked(peer, request, idle_s)
    except BaseException:
        target.give_back(peer)
        raise


async def _asked(peer: TargetPeer, request: h11.Request, idle_s: float) -> h11.Response:
    with _no_answer():
        async with asyncio.timeout(idle_s):
            await peer.send(request, h11.EndOfMessage())
            return await _head(peer)


async def _connected(target: Target) -> TargetPeer:
    with _no_answer():
        async with asyncio.timeout(_CONNECT_S):
            return await target.connect()


@contextlib.contextmanager
def _no_answer() -> Iterator[None]:
    """Say what the client gets when the target fails before it has answered."""
    try:
        yield
    except TimeoutError as error:
        raise NoAnswer(HTTPStatus.GATEWAY_TIMEOUT) from error
    except (OSError, h11.ProtocolError) as error:
        raise NoAnswer(HTTPStatus.BAD_GATEWAY) from error


async def _head(peer: TargetPeer) -> h11.Response:
    """Wait for the answer; what is said before it (1xx) is not for the client."""
    while not isinstance(event := await peer.receive(), h11.Response):
        pass  # a close without an answer is an error of h11's
    return event


async def _relay(client: ClientPeer, peer: TargetPeer, head: h11.Response, idle_s: float) -> None:
    """Pass the answer on as it comes; a target that breaks off breaks the client's answer too."""
    events: list[Event] = [
        h11.Response(status_code=head.status_code, headers=for_client(head), reason=head.reason)
    ]
    try:
        while not isinstance(events[-1], h11.EndOfMessage):
            event = peer.ready()
            if event is None:  # pass on what there is before waiting for more
                async with asyncio.timeout(idle_s):
                    await client.send(*events)
                    event, events = await peer.receive(), []
            events.append(event)
        async with asyncio.timeout(idle_s):
            await client.send(*events)
    except (OSError, h11.ProtocolError) as error:
        raise Broken from error


class _Upload:
    """A request with a body: it goes on while the answer comes, which may be before its end."""

    def __init__(
        self, client: ClientPeer, request: h11.Request, target: Target, idle_s: float
    ) -> None:
        self._client = client
        self._request = request
        self._target = target
        self._idle_s = idle_s
        self._takes_more = True
        self._peer: TargetPeer | None = None
        self._sending: asyncio.Task[None] | None = None

    async def ask(self) -> tuple[TargetPeer, h11.Response]:
        """Send the request; gives the head of the answer, and where it comes from."""
        peer = self._peer = await _connected(self._target)
        try:
            if self._client.awaits_go_ahead:
                await self._client.send(_GO_AHEAD)
            self._sending = asyncio.create_task(self._pass_on(peer))
            with _no_answer():
                return peer, await self._head(peer, self._sending)
        except BaseException:
            await self.end()
            self._target.give_back(peer)
            raise

    async def discard_rest(self) -> None:
        """Read what the client still sends after its answer, so that it can read the answer."""
        self._takes_more = False
        if self._sending and self._peer and not self._sending.done():
            self._peer.interrupt()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_DISCARD_S):
                    await self._sending

    async def end(self) -> None:
        """Stop reading from the client."""
        if self._sending:
            self._sending.cancel()
            await asyncio.gather(self._sending, return_exceptions=True)

    async def _head(self, peer: TargetPeer, sending: asyncio.Task[None]) -> h11.Response:
        """Wait for the head of the answer: for *idle_s* once the whole request is sent."""
        answering = asyncio.create_task(_head(peer))
        try:
            while not answering.done():
                done, _ = await asyncio.wait(
                    {answering} if sending.done() else {answering, sending},
                    timeout=self._idle_s if sending.done() else None,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if not done:
                    raise TimeoutError
                if sending in done and not answering.done():
                    sending.result()
            return answering.result()
        finally:
            answering.cancel()
            await asyncio.gather(answering, return_exceptions=True)

    async def _pass_on(self, peer: TargetPeer) -> None:
        """Send the client's body to the target, and when that takes no more, read it to its end."""
        event: Event = self._request
        while not isinstance(event, h11.EndOfMessage):
            await self._send(peer, event)
            event = await self._from_client()
        await self._send(peer, event)

    async def _send(self, peer: TargetPeer, event: Event) -> None:
        if self._takes_more:
            try:
                async with asyncio.timeout(self._idle_s):
                    await peer.send(event)
            except (OSError, h11.LocalProtocolError):
                self._takes_more = False  # its answer, if it has one, is read all the same

    async def _from_client(self) -> Event:
        try:
            async with asyncio.timeout(self._idle_s):
                return await self._client.receive()
        except TimeoutError as error:
            raise NoAnswer(HTTPStatus.REQUEST_TIMEOUT) from error
        except (OSError, h11.RemoteProtocolError) as error:
            raise NoAnswer(HTTPStatus.BAD_REQUEST) from error
