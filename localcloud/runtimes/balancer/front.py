"""The listener: takes requests from clients and sees that each of them gets its answer."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import h11

from localcloud.metrics import Meter, unmetered
from localcloud.runtimes.balancer.answers import Answer, made_answer, own_answer
from localcloud.runtimes.balancer.exchange import Broken, NoAnswer, exchange
from localcloud.runtimes.balancer.group import TargetGroup
from localcloud.runtimes.balancer.headers import for_target, has_body, refused
from localcloud.runtimes.balancer.peer import ClientPeer

_HOST: Final = "127.0.0.1"
_LOOK_S: Final = 10.0
_log: Final = logging.getLogger(__name__)


class BalancerError(Exception):
    """The load balancer cannot start; the text is one sentence for a person."""


@dataclass(frozen=True)
class Forward:
    """Pass requests on to the targets of a group."""

    group: TargetGroup
    meter: Meter = unmetered


@dataclass(frozen=True)
class FixedResponse:
    """Answer every request alike."""

    status: int
    content_type: str = "text/plain"
    body: str = ""


class Balancer:
    """A load balancer with one HTTP listener on the loopback interface."""

    def __init__(self, port: int, meter: Meter = unmetered) -> None:
        self.port = port
        self._meter = meter
        self._action: Forward | FixedResponse | None = None
        self._idle_s = 60.0
        self._server: asyncio.Server | None = None
        self._clients: dict[asyncio.Task[None], ClientPeer] = {}
        self._stopping = False
        self._looking: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"http://{_HOST}:{self.port}"

    def configure(
        self, action: Forward | FixedResponse | None, *, idle_timeout_s: float = 60.0
    ) -> None:
        """Set what the listener does by default, from the next request on; None answers 503."""
        self._action = action
        self._idle_s = idle_timeout_s

    async def start(self) -> None:
        """Listen; a port that cannot be had is named in one line."""
        try:
            self._server = await asyncio.start_server(self._serve, _HOST, self.port, backlog=1024)
        except OSError as error:
            reason = error.strerror or str(error)
            raise BalancerError(f"load balancer: cannot use port {self.port}: {reason}") from error
        self._looking = asyncio.create_task(self._look())

    async def stop(self, grace_s: float = 30.0) -> None:
        """Take no more connections, finish the requests under way, and close."""
        self._stopping = True
        if self._looking:
            self._looking.cancel()
        if self._server:
            self._server.close()
        for client in self._clients.values():
            client.is_last = True
            if client.is_idle:
                client.abort()
        if self._clients:
            await self._let_finish(grace_s)
        if isinstance(self._action, Forward):
            self._action.group.close_idle()
        if self._server:
            await self._server.wait_closed()
            self._server = None

    async def _let_finish(self, grace_s: float) -> None:
        _, late = await asyncio.wait(self._clients, timeout=grace_s)
        for connection in late:
            connection.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _look(self) -> None:
        """Count the healthy targets, again and again: an unhealthy one is replaced at once here."""
        while True:
            if isinstance(self._action, Forward):
                self._action.meter("HealthyHostCount", len(self._action.group.registered))
            await asyncio.sleep(_LOOK_S)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = ClientPeer(reader, writer)
        self._meter("NewConnectionCount", 1)
        client.is_last = self._stopping
        if connection := asyncio.current_task():
            self._clients[connection] = client
            connection.add_done_callback(lambda done: self._clients.pop(done, None))
        try:
            while await self._one(client):
                pass
            await client.close()
        except (Broken, OSError):
            pass  # the client sees its connection closed
        except Exception:  # noqa: BLE001 - the outermost loop; what is unforeseen must be seen
            _log.exception("load balancer: a connection failed")
        finally:
            client.abort()

    async def _one(self, client: ClientPeer) -> bool:
        """Serve one request; whether another may follow on the connection."""
        try:
            request = await self._next(client)
            if request is None:
                return False
            await self._answer(client, request)
        except NoAnswer as error:
            if not client.can_answer:
                raise Broken from error
            self._meter(f"HTTPCode_ELB_{error.status // 100}XX_Count", 1)
            await _send(client, own_answer(error.status))
        return client.next_cycle()

    async def _next(self, client: ClientPeer) -> h11.Request | None:
        """Wait for a request; None when the client closes, or sends none for too long."""
        try:
            async with asyncio.timeout(self._idle_s):
                event = await client.receive()
        except TimeoutError:
            return None
        except h11.RemoteProtocolError as error:
            unknown = error.error_status_hint == HTTPStatus.NOT_IMPLEMENTED
            raise NoAnswer(501 if unknown else 400) from error
        return event if isinstance(event, h11.Request) else None

    async def _answer(self, client: ClientPeer, request: h11.Request) -> None:
        if not has_body(request):
            await client.receive()  # the end of the request
        if refusal := refused(request):
            raise NoAnswer(refusal)
        if isinstance(self._action, FixedResponse):
            action = self._action
            body = action.body.encode()
            await _send(client, made_answer(action.status, action.content_type, body))
        else:
            await self._forward(client, request, self._action)

    async def _forward(
        self, client: ClientPeer, request: h11.Request, action: Forward | None
    ) -> None:
        target = action.group.pick() if action else None
        if target is None or action is None:
            raise NoAnswer(HTTPStatus.SERVICE_UNAVAILABLE)
        self._meter("RequestCount", 1)
        passed_on = h11.Request(
            method=request.method,
            target=request.target,
            headers=for_target(request, client.address, f"{_HOST}:{self.port}"),
        )
        try:
            await exchange(client, passed_on, target, self._idle_s, action.meter)
        finally:
            target.end()


async def _send(client: ClientPeer, answer: Answer) -> None:
    client.is_last = client.is_last or not client.has_sent_all
    body = [h11.Data(data=answer.body)] if answer.body and not client.asks_for_head else []
    await client.send(answer.head, *body, h11.EndOfMessage())
