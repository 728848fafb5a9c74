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

from localcloud.http_server import ClientConnection, Event, HttpError, ResponseAborted
from localcloud.metrics import Meter
from localcloud.runtimes.balancer.headers import for_client
from localcloud.runtimes.balancer.target_connection import TargetConnection
from localcloud.runtimes.balancer.target_group import Target

_CONNECT_S: Final = 10.0
_DISCARD_S: Final = 10.0
_CONTINUE: Final = h11.InformationalResponse(status_code=100, headers=[], reason=b"Continue")
_SAFE: Final = frozenset({b"GET", b"HEAD", b"OPTIONS"})


async def forward(
    client: ClientConnection, request: h11.Request, target: Target, idle_s: float, meter: Meter
) -> None:
    """Send *request*, with its headers as the target gets them, and the response to *client*.

    *idle_s* is how long nothing may move while the request runs. Raise HttpError if the target
    fails before it responds, ResponseAborted if the response breaks off on either side.
    """
    began = time.perf_counter()
    upload = None if client.has_request_ended else _Upload(client, request, target, idle_s)
    connection, head = await (upload.send() if upload else _send(request, target, idle_s))
    meter("TargetResponseTime", time.perf_counter() - began)
    meter(f"HTTPCode_Target_{head.status_code // 100}XX_Count", 1)
    try:
        await _relay(client, connection, head, idle_s)
        if upload:
            await upload.discard_rest()
    finally:
        if upload:
            await upload.end()
        target.release(connection)


async def _send(
    request: h11.Request, target: Target, idle_s: float
) -> tuple[TargetConnection, h11.Response]:
    """Send a request without a body; return the head of the response, and its connection."""
    if request.method in _SAFE and (idle := target.take_idle()):
        try:
            return idle, await _receive_head_after(idle, request, idle_s)
        except HttpError as error:
            unseen = error.status == HTTPStatus.BAD_GATEWAY and idle.is_silent
            target.release(idle)
            if target.is_draining or not unseen:
                raise
    connection = await _connect(target)
    try:
        return connection, await _receive_head_after(connection, request, idle_s)
    except BaseException:
        target.release(connection)
        raise


async def _receive_head_after(
    connection: TargetConnection, request: h11.Request, idle_s: float
) -> h11.Response:
    with _target_errors():
        async with asyncio.timeout(idle_s):
            await connection.send(request, h11.EndOfMessage())
            return await _receive_head(connection)


async def _connect(target: Target) -> TargetConnection:
    with _target_errors():
        async with asyncio.timeout(_CONNECT_S):
            return await target.connect()


@contextlib.contextmanager
def _target_errors() -> Iterator[None]:
    """Raise HttpError with the status for a target that fails before it responds."""
    try:
        yield
    except TimeoutError as error:
        raise HttpError(HTTPStatus.GATEWAY_TIMEOUT) from error
    except (OSError, h11.ProtocolError) as error:
        raise HttpError(HTTPStatus.BAD_GATEWAY) from error


async def _receive_head(connection: TargetConnection) -> h11.Response:
    """Return the head of the response, without the interim responses (1xx) before it."""
    while not isinstance(event := await connection.receive(), h11.Response):
        pass  # h11 raises an error if the connection closes before a response
    return event


async def _relay(
    client: ClientConnection, connection: TargetConnection, head: h11.Response, idle_s: float
) -> None:
    """Send the response on as it comes; if the target breaks off, break off too."""
    events: list[Event] = [
        h11.Response(status_code=head.status_code, headers=for_client(head), reason=head.reason)
    ]
    try:
        while not isinstance(events[-1], h11.EndOfMessage):
            event = connection.received()
            if event is None:  # send what there is before waiting for more
                async with asyncio.timeout(idle_s):
                    await client.send(*events)
                    event, events = await connection.receive(), []
            events.append(event)
        async with asyncio.timeout(idle_s):
            await client.send(*events)
    except (OSError, h11.ProtocolError) as error:
        raise ResponseAborted from error


class _Upload:
    """A request with a body, which is still being sent when the response may already come."""

    def __init__(
        self, client: ClientConnection, request: h11.Request, target: Target, idle_s: float
    ) -> None:
        self._client = client
        self._request = request
        self._target = target
        self._idle_s = idle_s
        self._target_reads = True
        self._connection: TargetConnection | None = None
        self._sending: asyncio.Task[None] | None = None

    async def send(self) -> tuple[TargetConnection, h11.Response]:
        """Send the request; return the head of the response, and its connection."""
        connection = self._connection = await _connect(self._target)
        try:
            if self._client.awaits_continue:
                await self._client.send(_CONTINUE)
            self._sending = asyncio.create_task(self._send_all(connection))
            with _target_errors():
                return connection, await self._head(connection, self._sending)
        except BaseException:
            await self.end()
            self._target.release(connection)
            raise

    async def discard_rest(self) -> None:
        """Read what the client still sends after its response, so that it can read that."""
        self._target_reads = False
        if self._sending and self._connection and not self._sending.done():
            self._connection.interrupt()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_DISCARD_S):
                    await self._sending

    async def end(self) -> None:
        """Stop reading from the client."""
        if self._sending:
            self._sending.cancel()
            await asyncio.gather(self._sending, return_exceptions=True)

    async def _head(
        self, connection: TargetConnection, sending: asyncio.Task[None]
    ) -> h11.Response:
        """Wait for the head of the response: for *idle_s* once the whole request is sent."""
        receiving = asyncio.create_task(_receive_head(connection))
        try:
            while not receiving.done():
                done, _ = await asyncio.wait(
                    {receiving} if sending.done() else {receiving, sending},
                    timeout=self._idle_s if sending.done() else None,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if not done:
                    raise TimeoutError
                if sending in done and not receiving.done():
                    sending.result()
            return receiving.result()
        finally:
            receiving.cancel()
            await asyncio.gather(receiving, return_exceptions=True)

    async def _send_all(self, connection: TargetConnection) -> None:
        """Send the client's body to the target; if that stops reading, read it to its end."""
        event: Event = self._request
        while not isinstance(event, h11.EndOfMessage):
            await self._send_part(connection, event)
            event = await self._receive_part()
        await self._send_part(connection, event)

    async def _send_part(self, connection: TargetConnection, event: Event) -> None:
        if self._target_reads:
            try:
                async with asyncio.timeout(self._idle_s):
                    await connection.send(event)
            except (OSError, h11.LocalProtocolError):
                self._target_reads = False  # its response, if it has sent one, is read all the same

    async def _receive_part(self) -> Event:
        try:
            self._client.deadline = asyncio.get_running_loop().time() + self._idle_s
            return await self._client.receive()
        except TimeoutError as error:
            raise HttpError(HTTPStatus.REQUEST_TIMEOUT) from error
        except (OSError, h11.RemoteProtocolError) as error:
            raise HttpError(HTTPStatus.BAD_REQUEST) from error
