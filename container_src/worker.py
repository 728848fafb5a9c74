"""gunicorn's threaded worker, with problem details instead of HTML for malformed requests."""

from __future__ import annotations

import contextlib
import socket
from typing import Any

# gunicorn publishes no types, so its classes are unknown to the type checker.
from gunicorn.http.errors import (  # type: ignore[import-untyped]
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
)
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from blog.errors import BadRequest, InternalError, Problem
from blog.http import problem_reply


class HeadersTooLarge(Problem):
    """Too many header fields, or too long ones."""

    status = 431
    title = "Request Header Fields Too Large"


class TargetTooLong(Problem):
    """The path and the query are too long."""

    status = 414
    title = "URI Too Long"


class Worker(ThreadWorker):  # type: ignore[misc] # gunicorn publishes no types
    """The worker class of the tasks."""

    def handle_error(self, _req: object, client: socket.socket, addr: Any, exc: Exception) -> None:  # noqa: ANN401 - as inherited
        """Respond to what the application never sees; gunicorn closes the connection then."""
        problem = _problem(exc)
        if isinstance(problem, InternalError):
            self.log.error("Error handling a request", exc_info=exc)
        else:
            self.log.warning("Invalid request from %s: %s", addr and addr[0], exc)
        with contextlib.suppress(OSError):
            client.sendall(_response(problem))


def _response(problem: Problem) -> bytes:
    reply = problem_reply(problem)
    headers = {**reply.headers, "Content-Length": len(reply.body), "Connection": "close"}
    lines = [f"HTTP/1.1 {problem.status} {problem.title}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + reply.body


def _problem(error: Exception) -> Problem:
    if isinstance(error, LimitRequestLine):
        return TargetTooLong("The path and the query are too long.")
    if isinstance(error, LimitRequestHeaders):
        return HeadersTooLarge("The headers are too long.")
    if isinstance(error, ParseException):
        return BadRequest("The request is not HTTP as RFC 9112 describes it.")
    return InternalError()
