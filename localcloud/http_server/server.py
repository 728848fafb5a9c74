"""An HTTP/1.1 server on the loopback interface: connections, timeouts and an orderly stop."""

from __future__ import annotations

import asyncio
import logging
import os
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Protocol

import h11

from localcloud.http_server.connection import ClientConnection, Response
from localcloud.http_server.errors import HttpError, ResponseAborted
from localcloud.ports import HOST

_BACKLOG: Final = 1024
_TURNS: Final = 3  # of the event loop, in which it reads and parses what clients have sent already
_VERSIONS: Final = frozenset({b"1.0", b"1.1"})
# Where a malformed request ends is uncertain, so no other can follow it.
_UNCERTAIN_END: Final = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.HTTP_VERSION_NOT_SUPPORTED})
_logger: Final = logging.getLogger(__name__)


class Application(Protocol):
    """What responds to the requests of a server."""

    def on_connect(self) -> None:
        """Note a new connection."""

    async def respond(self, connection: ClientConnection, request: h11.Request) -> None:
        """Read the rest of *request* and send a response, or raise HttpError or ResponseAborted."""

    def error_response(self, status: int) -> Response:
        """Return the response to a request that failed with an HttpError."""


@dataclass(frozen=True)
class Timeouts:
    """How long a connection waits."""

    idle_s: float
    """For the next request; then it closes."""
    request_s: float
    """For a request to arrive whole, from its first byte on; then the client gets a 408."""


class HttpServer:
    """Serves an application on one port."""

    def __init__(self, application: Application, timeouts: Timeouts) -> None:
        self.timeouts = timeouts
        self._application = application
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.Task[None], ClientConnection] = {}
        self._idle_timers: dict[ClientConnection, asyncio.TimerHandle] = {}
        self._stopping = False

    async def start(self, port: int) -> int:
        """Listen on *port*, 0 for a free one; return the port, or raise OSError if it is in use."""
        self._stopping = False
        try:
            self._server = await asyncio.start_server(self._serve, HOST, port, backlog=_BACKLOG)
        except OSError as error:  # asyncio's text names the address too
            raise OSError(error.errno, os.strerror(error.errno or 0)) from error
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def stop(self, grace_s: float) -> None:
        """Accept no more connections, finish running requests within *grace_s*, and close."""
        server, self._server = self._server, None
        if server is None:
            return
        self._stopping = True
        server.close()
        for connection in self._connections.values():
            connection.is_last = True
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        for connection in self._connections.values():
            if not connection.has_request:
                connection.abort()
        if self._connections:
            _, late = await asyncio.wait(self._connections, timeout=grace_s)
            for task in late:
                self._connections[task].reset()
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = ClientConnection(reader, writer)
        connection.is_last = self._stopping
        if task := asyncio.current_task():
            self._connections[task] = connection
            task.add_done_callback(lambda done: self._connections.pop(done, None))
        self._application.on_connect()
        self._close_when_idle(connection)
        try:
            while await self._serve_one(connection):
                pass
            await connection.close()
        except (ConnectionError, ResponseAborted):
            pass  # the client sees the connection closed
        except Exception:
            _logger.exception("A connection failed")
        finally:
            connection.abort()
            self._idle_timers.pop(connection).cancel()

    def _close_when_idle(self, connection: ClientConnection) -> None:
        """Close a connection that waited too long for a request, or look again later.

        The timer is not moved with each request, which would take as long as to parse it.
        """
        loop = asyncio.get_running_loop()
        left = connection.idle_since + self.timeouts.idle_s - loop.time()
        if left <= 0 and connection.is_idle:
            connection.abort()
            return
        delay = left if left > 0 else self.timeouts.idle_s
        timer = loop.call_later(delay, self._close_when_idle, connection)
        self._idle_timers[connection] = timer

    async def _serve_one(self, connection: ClientConnection) -> bool:
        """Serve one request; return whether another may follow on the connection."""
        try:
            request = await self._next_request(connection)
            if request is None:
                return False
            await self._application.respond(connection, request)
        except HttpError as error:
            await self._respond_with_error(connection, error.status)
        except (ConnectionError, ResponseAborted):
            raise
        except Exception:
            _logger.exception("A request failed")
            await self._respond_with_error(connection, HTTPStatus.INTERNAL_SERVER_ERROR)
        return connection.next_cycle()

    async def _respond_with_error(self, connection: ClientConnection, status: int) -> None:
        if not connection.can_respond:
            raise ResponseAborted
        if status in _UNCERTAIN_END:
            connection.is_last = True
        await connection.respond(self._application.error_response(status))

    async def _next_request(self, connection: ClientConnection) -> h11.Request | None:
        """Return the next request, None if the connection closes instead."""
        try:
            if not await connection.wait():
                return None
            now = asyncio.get_running_loop().time()
            connection.deadline = now + self.timeouts.request_s
            request = await connection.receive_request()
        except TimeoutError as error:
            raise HttpError(HTTPStatus.REQUEST_TIMEOUT) from error
        except h11.RemoteProtocolError as error:
            unknown = error.error_status_hint == HTTPStatus.NOT_IMPLEMENTED
            status = HTTPStatus.NOT_IMPLEMENTED if unknown else HTTPStatus.BAD_REQUEST
            raise HttpError(status) from error
        if request.http_version not in _VERSIONS:
            raise HttpError(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED)
        return request
