"""Read request bodies within a time limit, so that slow clients give their threads back."""

from __future__ import annotations

import contextlib
import functools
import math
import socket
import threading
import time
from collections.abc import Iterator
from typing import Final

import flask

# gunicorn publishes no types.
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]
from werkzeug.exceptions import ClientDisconnected

from blog.errors import BadRequest
from container_src import connection

BODY_SECONDS: Final = 10
"""The time limit for a whole body, however steadily it arrives."""
_DISCARD_SECONDS: Final = 1
_CHECK_SECONDS: Final = 0.25
_CHUNK_BYTES: Final = 64 * 1024
# A client that sends more than this after a refusal loses the connection, and maybe the response.
_DISCARD_BYTES: Final = 16 * 1024 * 1024
# What reading raises when the client is gone, or the chunks are malformed.
_BROKEN: Final = (OSError, ParseException, ClientDisconnected)


class IncompleteBody(BadRequest):
    """The body has another length than announced, or took too long."""

    def __init__(self) -> None:
        super().__init__(
            f"The body ended early, took more than {BODY_SECONDS} seconds, or has malformed chunks."
        )


class UnsupportedCoding(BadRequest):
    """The body has a transfer coding that the server does not decode."""

    def __init__(self) -> None:
        super().__init__("The only supported transfer coding is chunked.")


def has_known_coding(request: flask.Request) -> bool:
    """Return False if the body has a transfer coding other than chunked.

    gunicorn accepts "gzip, chunked", and passes on the compressed bytes as the body.
    """
    return request.headers.get("Transfer-Encoding", "chunked").strip().lower() == "chunked"


class RequestBody:
    """The body of one request."""

    def __init__(self, request: flask.Request) -> None:
        self._request = request
        self._client: socket.socket | None = request.environ.get("gunicorn.socket")
        self._chunked = "Transfer-Encoding" in request.headers
        self._missing = math.inf if self._chunked else request.content_length or 0
        self._broken = False

    def read(self, limit: int) -> bytes:
        """Return the body, or its first *limit* + 1 bytes; raise BadRequest if it ends early."""
        with self._time_limit(BODY_SECONDS):
            return self._receive(limit + 1)

    def discard(self) -> None:
        """Read what a refused client still sends, and close the connection if that is too much.

        Closing it before that would reset it, and the client would lose the response. Keeping it
        with a part of the body unread would let the client pass that part off as a request.
        """
        if not self._missing:
            return
        left = _DISCARD_BYTES
        with contextlib.suppress(IncompleteBody), self._time_limit(_DISCARD_SECONDS):
            while self._missing and not self._broken and left > 0:
                left -= len(self._receive(_CHUNK_BYTES))
        if self._missing:
            connection.close_after_response()

    def _receive(self, size: int) -> bytes:
        try:
            received = self._request.stream.read(size)
        except _BROKEN as error:
            self._broken = True
            raise IncompleteBody from error
        if len(received) < size and self._chunked:
            self._missing = 0  # that was the last chunk
        elif len(received) < min(size, self._missing):
            self._broken = True
            raise IncompleteBody
        else:
            self._missing -= len(received)
        return received

    def _time_limit(self, seconds: float) -> contextlib.AbstractContextManager[None]:
        return (
            _watchdog().limit(self._client, seconds) if self._client else contextlib.nullcontext()
        )


class Watchdog:
    """Ends the request on a socket that is past its deadline.

    A timeout of the socket itself would restart with each byte that arrives.
    """

    def __init__(self) -> None:
        self._deadlines: dict[socket.socket, float] = {}
        threading.Thread(target=self._run, name="watchdog", daemon=True).start()

    @contextlib.contextmanager
    def limit(self, client: socket.socket, seconds: float) -> Iterator[None]:
        """Let the block receive from *client* for *seconds*; after that it reads the end.

        The body has then fewer bytes than announced. What arrives later can still be read.
        """
        self._deadlines[client] = time.monotonic() + seconds
        try:
            yield
        finally:
            del self._deadlines[client]

    def _run(self) -> None:
        while True:
            time.sleep(_CHECK_SECONDS)
            now = time.monotonic()
            for client, deadline in self._deadlines.copy().items():
                if deadline <= now:
                    with contextlib.suppress(OSError):  # the client has closed the connection
                        client.shutdown(socket.SHUT_RD)


@functools.cache
def _watchdog() -> Watchdog:
    """Start the watchdog at the first body: threads do not survive the fork of a worker."""
    return Watchdog()
