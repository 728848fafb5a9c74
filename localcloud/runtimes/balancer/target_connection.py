"""The load balancer's side of a connection to a target, with h11 as the parser."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import cast

import h11

from localcloud.http_server import CHUNK, HEAD_LIMIT, Event


class TargetConnection:
    """A connection to a target, on a plain socket.

    asyncio's transports stop reading as soon as a write fails. A target that refuses a body and
    closes has sent its response by then, which must not get lost.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._loop = asyncio.get_running_loop()
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_LIMIT)
        self.is_silent = True
        """Whether no byte has come since the last request was sent."""

    @classmethod
    async def open(cls, host: str, port: int) -> TargetConnection:
        """Connect to a target."""
        connection = socket.socket()
        connection.settimeout(0)
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await asyncio.get_running_loop().sock_connect(connection, (host, port))
        except BaseException:
            connection.close()
            raise
        return cls(connection)

    def is_usable(self) -> bool:
        """Return True if the target has neither closed the connection nor sent anything unasked."""
        try:
            self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    async def send(self, *events: Event) -> None:
        """Send parts of a request, together."""
        data = b"".join(self._http.send(event) or b"" for event in events)
        await self._loop.sock_sendall(self._socket, data)

    async def receive(self) -> Event:
        """Return what comes next of the response."""
        while (event := self.received()) is None:
            data = await self._loop.sock_recv(self._socket, CHUNK)
            self.is_silent = self.is_silent and not data
            self._http.receive_data(data)
        return event

    def received(self) -> Event | None:
        """Return what comes next of the response if it is there already."""
        event = self._http.next_event()
        return None if event is h11.NEED_DATA else cast("Event", event)

    def next_cycle(self) -> bool:
        """Prepare for another request; return False if the connection must close instead."""
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
            self.is_silent = True
            return True
        return False

    def interrupt(self) -> None:
        """Make everything that waits for this connection see it closed."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._socket.close()
