"""A client's connection to a local HTTP server, with h11 as the parser.

h11 keeps header names, values and the request target as the bytes that came, and adds nothing to a
response but its framing. It refuses a request line with bytes outside ASCII, which clients like
curl do send: such a target is percent-encoded for h11, and kept as it was sent in ``target``.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, cast

import h11

from localcloud.http_server.errors import BodyTooLarge, HttpError

CHUNK: Final = 64 * 1024
HEAD_LIMIT: Final = 64 * 1024  # of the load balancer; API Gateway's is lower
_LINGER_S: Final = 2.0
_DISCARD_S: Final = 10.0  # a client that sends a refused body for longer is cut off
_REQUEST_LINE: Final = re.compile(rb"(\S+ )(\S+)( \S+\r?)")
_NOT_ASCII: Final = re.compile(rb"[\x80-\xff]")
_CONTINUE: Final = h11.InformationalResponse(status_code=100, headers=[], reason=b"Continue")
_NO_CONTENT: Final = frozenset({204, 304})

Event = (
    h11.Request
    | h11.InformationalResponse
    | h11.Response
    | h11.Data
    | h11.EndOfMessage
    | h11.ConnectionClosed
)


@dataclass(frozen=True)
class Response:
    """A whole response, with all headers except ``Connection``."""

    status: int
    reason: bytes
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes = b""


class ClientConnection:
    """The server's side of one connection: requests come in and responses go out, in turn."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._http = _parser()
        self._unparsed = b""
        self._has_responded = False
        self.address: str = writer.get_extra_info("peername")[0]
        self.idle_since = asyncio.get_running_loop().time()
        """When the last request ended, on the event loop's clock."""
        self.deadline: float | None = None
        """When to stop waiting for the rest of a request, with TimeoutError."""
        self.target = b""
        """The target of the current request, as it was sent."""
        self.is_head = False
        """Whether the current request's method is HEAD."""
        self.has_request_ended = False
        """Whether the current request has been read to its end."""
        self.is_last = False
        """Whether the next response announces that the connection closes after it."""

    @property
    def is_idle(self) -> bool:
        """Whether the connection is between two requests."""
        unread = self._unparsed or self._http.trailing_data[0]
        return self._http.their_state is h11.IDLE and not unread

    @property
    def has_request(self) -> bool:
        """Whether the head of a request has arrived that has no response yet."""
        return self._http.their_state is not h11.IDLE

    @property
    def can_respond(self) -> bool:
        """Whether no response has begun yet."""
        has_begun = self._http.our_state not in {h11.IDLE, h11.SEND_RESPONSE}
        return not (self._has_responded or has_begun)

    @property
    def awaits_continue(self) -> bool:
        """Whether the client waits for a 100 (Continue) before it sends the body."""
        return self._http.they_are_waiting_for_100_continue

    async def wait(self) -> bool:
        """Wait for a request to begin; return False if the connection closes instead."""
        data, self._unparsed = self._unparsed, b""
        while not (data := data.lstrip(b"\r\n")):  # RFC 9112 allows empty lines before a request
            data = await self._reader.read(CHUNK)
            if not data:
                return False
        self._unparsed = data
        self.is_head = self.has_request_ended = False
        return True

    async def receive_request(self) -> h11.Request:
        """Return the head of a request; raise h11.RemoteProtocolError if it is malformed.

        A request without a body is read to its end.
        """
        await self._read_line()
        self._http.receive_data(self._with_ascii_target())
        request = await self.receive()
        if not isinstance(request, h11.Request):
            raise h11.RemoteProtocolError("the connection closed before a request")
        self.is_head = request.method == b"HEAD"
        self.target = self.target or request.target
        if not _has_body(request):
            await self.receive()
        return request

    async def _read_line(self) -> None:
        """Read the request line to its end, or as much of it as shows that it is malformed."""
        while b"\n" not in self._unparsed and self._unparsed[:1] > b" ":
            if len(self._unparsed) > HEAD_LIMIT:
                break
            more = await self._read()
            if not more:
                break
            self._unparsed += more

    def _with_ascii_target(self) -> bytes:
        """Return what has come of a request, with a target that h11 accepts."""
        data, self._unparsed, self.target = self._unparsed, b"", b""
        line, newline, rest = data.partition(b"\n")
        parts = None if line.isascii() else _REQUEST_LINE.fullmatch(line)
        if parts is None:
            return data
        self.target = parts[2]
        encoded = _NOT_ASCII.sub(lambda byte: b"%%%02X" % ord(byte[0]), self.target)
        return parts[1] + encoded + parts[3] + newline + rest

    async def _read(self) -> bytes:
        async with asyncio.timeout_at(self.deadline):
            return await self._reader.read(CHUNK)

    async def receive(self) -> Event:
        """Return what comes next of the current request."""
        while (event := self._http.next_event()) is h11.NEED_DATA:
            self._http.receive_data(await self._read())
        self.has_request_ended = isinstance(event, h11.EndOfMessage)
        if event is h11.PAUSED:
            raise RuntimeError("nothing may be read past the end of a request")
        return cast("Event", event)

    async def read_body(self, request: h11.Request, limit: int) -> bytes:
        """Return the whole body, or read and drop all of it and raise BodyTooLarge.

        Raise HttpError if it is malformed, or has not arrived at the deadline.
        """
        if self.has_request_ended:
            return b""
        try:
            return await self._read_body(request, limit)
        except TimeoutError as error:
            raise HttpError(HTTPStatus.REQUEST_TIMEOUT) from error
        except h11.RemoteProtocolError as error:
            raise HttpError(HTTPStatus.BAD_REQUEST) from error

    async def _read_body(self, request: h11.Request, limit: int) -> bytes:
        announced = int(next((v for name, v in request.headers if name == b"content-length"), 0))
        if self.awaits_continue:
            if announced > limit:
                raise BodyTooLarge  # the client has not sent anything yet
            await self.send(_CONTINUE)
        body = bytearray()
        while not self.has_request_ended:
            event = await self.receive()
            if isinstance(event, h11.Data):
                body += event.data
            if max(len(body), announced) > limit:
                await self._discard_body()
                raise BodyTooLarge
        return bytes(body)

    async def _discard_body(self) -> None:
        # A server that responds and closes while the client still sends makes the kernel reset the
        # connection, and the client never sees the response.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_DISCARD_S):
                while not self.has_request_ended:
                    await self.receive()

    async def respond(self, response: Response) -> None:
        """Send a whole response; it is the last if the request was not read to its end.

        h11 would validate the headers twice, which takes longer than to parse the request.
        """
        lines = [b"HTTP/1.1 %d %s" % (response.status, response.reason)]
        lines += [b"%s: %s" % header for header in response.headers]
        if self.is_last or self._http.their_state is not h11.DONE:
            self.is_last = True
            lines.append(b"Connection: close")
        head = b"\r\n".join([*lines, b"", b""])
        if head.count(b"\n") > len(lines) + 1:
            raise ValueError("a header must not contain a line break")
        self._has_responded = True
        with_body = not self.is_head and response.status not in _NO_CONTENT
        await self._write(head + response.body if with_body else head)

    async def send(self, *events: Event) -> None:
        """Send parts of a response, together."""
        data = [self._http.send(self._with_close(event)) or b"" for event in events]
        await self._write(b"".join(data))

    def _with_close(self, event: Event) -> Event:
        if not (self.is_last and isinstance(event, h11.Response)):
            return event
        headers = [*event.headers.raw_items(), (b"Connection", b"close")]
        return h11.Response(status_code=event.status_code, headers=headers, reason=event.reason)

    async def _write(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    def next_cycle(self) -> bool:
        """Prepare for another request; return False if the connection must close instead."""
        has_responded = self._has_responded or self._http.our_state is h11.DONE
        if self.is_last or not has_responded or self._http.their_state is not h11.DONE:
            return False
        self.idle_since = asyncio.get_running_loop().time()
        self._unparsed = self._http.trailing_data[0]
        if self._has_responded or self._unparsed:
            self._http = _parser()
        else:
            self._http.start_next_cycle()
        self._has_responded = False
        return True

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
        """Close at once, so that the client can tell an incomplete response from a whole one."""
        self._writer.close()

    def reset(self) -> None:
        """Close even if the client does not read what was sent to it."""
        self._writer.transport.abort()


def _parser() -> h11.Connection:
    return h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_LIMIT)


def _has_body(request: h11.Request) -> bool:
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value.strip(b"0"))
        for name, value in request.headers
    )
