"""How long a request may keep a thread waiting for its body."""

from __future__ import annotations

import math
import socket
import time
from contextvars import ContextVar
from typing import Any, Final

_STALLED_SECONDS: Final = 20  # one stalled send
BODY_SECONDS: Final = 10
"""How long a client may take for all of a body, however steadily it trickles in."""


class BoundedSocket:
    """Receives until a deadline; a socket's own time-out would start anew with each byte."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._deadline = math.inf

    def allow(self, seconds: float) -> None:
        """Let receiving go on for *seconds* from now."""
        self._deadline = time.monotonic() + seconds
        self._sock.settimeout(_STALLED_SECONDS)

    def recv(self, size: int) -> bytes:
        """Wait for what arrives next, but not beyond the deadline."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        try:
            return self._sock.recv(size)
        finally:
            self._sock.settimeout(_STALLED_SECONDS)


_current: Final[ContextVar[BoundedSocket | None]] = ContextVar("bounded_socket", default=None)


def prepare(request: Any) -> None:  # noqa: ANN401 - gunicorn has no types
    """Bound the time that the body of *request* may take."""
    unreader = request.unreader
    # A connection keeps its reader for all its requests.
    if not isinstance(unreader.sock, BoundedSocket):
        unreader.sock = BoundedSocket(unreader.sock)
    unreader.sock.allow(BODY_SECONDS)
    _current.set(unreader.sock)


def allow(seconds: float) -> None:
    """Let the body of the current request take *seconds* more."""
    if bounded := _current.get():
        bounded.allow(seconds)
