"""A gunicorn worker whose threads only ever see requests, never waiting clients.

The pinned gunicorn lets a thread wait up to five seconds for the first byte of a connection and
without limit for the rest of a head, and its main loop waits up to two seconds for a client to
close. A handful of silent or slow clients would keep health checks waiting, and the balancer
would replace a healthy task. Here the main loop, which watches all connections at once, collects
the heads before and sees off the clients afterwards.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, Final

# gunicorn publishes no types, so that its classes are unknown to the type checker.
from gunicorn.http.errors import (  # type: ignore[import-untyped]
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
)
from gunicorn.workers.gthread import TConn, ThreadWorker  # type: ignore[import-untyped]

from blog.errors import BadRequest, InternalError, Problem
from blog.http import problem_reply

_END_OF_HEAD: Final = b"\r\n\r\n"
# The load balancer passes on no longer ones.
_MAX_HEAD_BYTES: Final = 64 * 1024
HEAD_SECONDS: Final = 10
"""How long a client may take for the head of a request."""
FAREWELL_SECONDS: Final = 2
"""How long a client that was answered may take to close."""


class HeadTooLarge(Problem):
    """More header fields, or longer ones, than anybody needs."""

    status = 431
    title = "Request Header Fields Too Large"


class TargetTooLong(Problem):
    """A longer path and query than anybody needs."""

    status = 414
    title = "URI Too Long"


class HeadFirstWorker(ThreadWorker):  # type: ignore[misc] # gunicorn publishes no types
    """The threaded worker, immune to clients that send slowly, or never, or never close."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on
        super().__init__(*args, **kwargs)
        self._heads: dict[TConn, bytearray] = {}

    def enqueue_req(self, conn: TConn) -> None:
        """Give *conn* a thread if its next request has a whole head, else wait for more."""
        if not self._receive(conn):
            patience = HEAD_SECONDS if self._heads[conn] else self.cfg.keepalive
            deadline = time.monotonic() + patience
            conn.timeout = min(conn.timeout or deadline, deadline)
            self._watch(conn, self.on_pending_socket_readable)
            return
        head = self._heads.pop(conn)
        conn.data_ready = True
        conn.init()
        conn.parser.unreader.unread(bytes(head))
        super().enqueue_req(conn)

    def handle(self, conn: TConn) -> bool:
        """Serve one request in a thread, unless its head is too long to be one."""
        buffer = conn.parser.unreader.buf.getvalue()
        if len(buffer) > _MAX_HEAD_BYTES and _END_OF_HEAD not in buffer:
            self.handle_error(None, conn.sock, conn.client, LimitRequestHeaders("head"))
            return False
        return bool(super().handle(conn))

    def finish_request(self, conn: TConn, future: Future[bool]) -> None:
        """Keep the connection, or close it once the client has read its answer."""
        if future.cancelled() or future.exception() or future.result():
            super().finish_request(conn, future)
            return
        # Closed at once, what the client still sends would take the answer away from it.
        with contextlib.suppress(OSError):
            conn.sock.shutdown(socket.SHUT_WR)
        conn.sock.settimeout(0)
        conn.timeout = time.monotonic() + FAREWELL_SECONDS
        self._watch(conn, self._discard)

    def murder_pending(self) -> None:
        """Close the connections whose time is over."""
        now = time.monotonic()
        for conn in [conn for conn in self.pending_conns if conn.timeout <= now]:
            self._close(conn)

    def handle_error(self, _req: object, client: socket.socket, addr: Any, exc: Exception) -> None:  # noqa: ANN401 - as inherited
        """Answer what is no HTTP with a problem, as everything else is answered."""
        problem = _problem(exc)
        if isinstance(problem, InternalError):
            self.log.error("Error handling a request", exc_info=exc)
        else:
            self.log.warning("Invalid request from %s: %s", addr and addr[0], exc)
        reply = problem_reply(problem)
        headers = {**reply.headers, "Content-Length": len(reply.body), "Connection": "close"}
        lines = [f"HTTP/1.1 {problem.status} {problem.title}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        with contextlib.suppress(OSError):
            client.sendall("\r\n".join(lines).encode() + _END_OF_HEAD + reply.body)

    def _cap_keepalive(self, deadline: float) -> None:
        """Let a stopping worker wait for unfinished heads no longer than for idle connections."""
        super()._cap_keepalive(deadline)
        for conn in self.pending_conns:
            conn.timeout = min(conn.timeout, deadline)

    def _receive(self, conn: TConn) -> bool:
        """Take what has arrived, without waiting; tell whether a thread can go on with it."""
        head = self._heads.setdefault(conn, bytearray())
        if conn.parser:
            head += conn.parser.unreader.take_buffered()
        conn.sock.settimeout(0)
        try:
            received = conn.sock.recv(_MAX_HEAD_BYTES)
        except BlockingIOError:
            received = None
        except OSError:
            return True  # the thread meets the same error and closes the connection
        head += received or b""
        ended = received == b""
        return ended or _END_OF_HEAD in head or len(head) > _MAX_HEAD_BYTES

    def _watch(self, conn: TConn, readable: Callable[[TConn, Any], None]) -> None:
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(readable, conn))

    def _discard(self, conn: TConn, _client: object) -> None:
        try:
            ended = not conn.sock.recv(_MAX_HEAD_BYTES)
        except OSError:
            ended = True
        if ended:
            self._close(conn)

    def _close(self, conn: TConn) -> None:
        self.pending_conns.remove(conn)
        self.poller.unregister(conn.sock)
        self._heads.pop(conn, None)
        self.nr_conns -= 1
        conn.close()


def _problem(error: Exception) -> Problem:
    if isinstance(error, LimitRequestLine):
        return TargetTooLong("The path and the query are too long.")
    if isinstance(error, LimitRequestHeaders):
        return HeadTooLarge("The headers are too long.")
    if isinstance(error, ParseException):
        return BadRequest("The request is not HTTP as RFC 9112 describes it.")
    return InternalError()
