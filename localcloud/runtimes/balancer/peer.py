"""The two ends of a proxied connection, with h11 as the HTTP parser on both.

h11 keeps names, values and the request target as the bytes that came, and adds nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import Final, cast

import h11

from localcloud.runtimes.balancer.headers import HEADER_LIMIT

CHUNK: Final = 64 * 1024
_LINGER_S: Final = 2.0

Event = (
    h11.Request
    | h11.InformationalResponse
    | h11.Response
    | h11.Data
    | h11.EndOfMessage
    | h11.ConnectionClosed
)


class ClientPeer:
    """A client's connection, accepted by the front."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=HEADER_LIMIT)
        self.address: str = writer.get_extra_info("peername")[0]
        self.is_last = False
        """Whether the next answer tells the client that no other follows on this connection."""
        self.asks_for_head = False
        self.has_sent_all = False
        """Whether the request has been received to its end."""

    @property
    def is_idle(self) -> bool:
        """Whether it is between two requests."""
        return self._http.their_state is h11.IDLE and not self._http.trailing_data[0]

    @property
    def can_answer(self) -> bool:
        return self._http.our_state in {h11.IDLE, h11.SEND_RESPONSE}

    @property
    def awaits_go_ahead(self) -> bool:
        return self._http.they_are_waiting_for_100_continue

    async def receive(self) -> Event:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            self._http.receive_data(await self._reader.read(CHUNK))
        if isinstance(event, h11.Request):
            self.asks_for_head = event.method == b"HEAD"
        self.has_sent_all = isinstance(event, h11.EndOfMessage)
        if event is h11.PAUSED:
            raise RuntimeError("nothing may be read past the end of a request")
        return cast("Event", event)

    async def send(self, *events: Event) -> None:
        data = [self._http.send(self._closing(event)) or b"" for event in events]
        self._writer.write(b"".join(data))
        await self._writer.drain()

    def _closing(self, event: Event) -> Event:
        if not (self.is_last and isinstance(event, h11.Response)):
            return event
        headers = [*event.headers.raw_items(), (b"Connection", b"close")]
        return h11.Response(status_code=event.status_code, headers=headers, reason=event.reason)

    def next_cycle(self) -> bool:
        """Make ready for another request; not possible when one side closes."""
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
            return True
        return False

    async def close(self) -> None:
        """Close so that the client can still read what was sent to it."""
        with contextlib.suppress(OSError, TimeoutError):
            if self._writer.can_write_eof() and not self._writer.is_closing():
                self._writer.write_eof()
                async with asyncio.timeout(_LINGER_S):
                    while await self._reader.read(CHUNK):
                        pass
        self.abort()

    def abort(self) -> None:
        """Close at once, so that a cut answer is seen as cut."""
        self._writer.close()


class TargetPeer:
    """A connection to a target, on a plain socket.

    asyncio's transports stop reading as soon as a write fails. A target that refuses a body and
    closes has an answer waiting at that moment, which must not get lost.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._loop = asyncio.get_running_loop()
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEADER_LIMIT)
        self.is_silent = True
        """Whether not a byte has come since the last request was sent."""

    @classmethod
    async def connect(cls, host: str, port: int) -> TargetPeer:
        connection = socket.socket()
        connection.settimeout(0)
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await asyncio.get_running_loop().sock_connect(connection, (host, port))
        except BaseException:
            connection.close()
            raise
        return cls(connection)

    def is_open(self) -> bool:
        """Whether the target has neither closed the connection nor sent anything unasked."""
        try:
            self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    async def send(self, *events: Event) -> None:
        data = b"".join(self._http.send(event) or b"" for event in events)
        await self._loop.sock_sendall(self._socket, data)

    async def receive(self) -> Event:
        while (event := self.ready()) is None:
            data = await self._loop.sock_recv(self._socket, CHUNK)
            self.is_silent = self.is_silent and not data
            self._http.receive_data(data)
        return event

    def ready(self) -> Event | None:
        """Give what has come already; None if more must come first."""
        event = self._http.next_event()
        return None if event is h11.NEED_DATA else cast("Event", event)

    def next_cycle(self) -> bool:
        """Make ready for another request; not possible when one side closes."""
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
            self.is_silent = True
            return True
        return False

    def interrupt(self) -> None:
        """Let everybody who waits for this connection see it closed."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._socket.close()
