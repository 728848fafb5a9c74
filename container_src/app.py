"""The Flask app around the operations of the blog."""

from __future__ import annotations

from typing import Any, Final

import flask

# gunicorn publishes no types.
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]
from werkzeug.exceptions import HTTPException

from blog.errors import BadRequest
from blog.http import Reply, Request
from blog.operations import Operations
from container_src import receiving

# What reading a body raises when the client is gone, or its framing is wrong.
_BROKEN: Final = (OSError, HTTPException, ParseException)
_CHUNK_BYTES: Final = 64 * 1024
# A client that sends more than this after a refusal loses the connection, and maybe the answer.
_DRAIN_BYTES: Final = 16 * 1024 * 1024
_DRAIN_SECONDS: Final = 1


def create_app(operations: Operations) -> flask.Flask:
    """Create the app around *operations*."""
    app = flask.Flask(__name__, static_folder=None)

    # Flask calls this before its own routing, and skips that because it returns a response:
    # ``blog.routes`` has the paths and methods of both backends.
    @app.before_request
    def serve() -> flask.Response:
        reply = operations.handle(_request())
        _drain()
        return _response(reply)

    return app


def _response(reply: Reply) -> flask.Response:
    # Werkzeug leaves the body out for HEAD, and keeps its length.
    response = flask.Response(_pieces(reply.body), reply.status)
    response.headers.clear()
    response.headers.update(reply.headers)
    if reply.status not in {204, 304}:
        response.headers["Content-Length"] = str(len(reply.body))
    return response


def _pieces(body: bytes) -> list[bytes]:
    """Cut *body*, so that the time-out of a send bounds one stall and not the whole answer."""
    return [body[start : start + _CHUNK_BYTES] for start in range(0, len(body), _CHUNK_BYTES)]


def _path(environ: dict[str, Any]) -> str:
    """Give the decoded path; an encoded slash stays as it is, for it parts nothing."""
    raw = environ.get("RAW_URI", "").partition("?")[0]
    path: str = raw if "%2f" in raw.lower() else environ["PATH_INFO"]
    return path


def _request() -> Request:
    request = flask.request
    return Request(
        method=request.method,
        # Werkzeug's own idea of the path folds leading slashes.
        path=_path(request.environ),
        query=request.environ.get("QUERY_STRING", ""),
        headers={name.lower(): value for name, value in request.headers},
        read_body=_read_body,
    )


def _read_body(limit: int) -> bytes:
    try:
        return flask.request.stream.read(limit + 1)
    except _BROKEN as error:
        raise BadRequest("The body ended early, or its chunks are malformed.") from error


def _drain() -> None:
    """Read what a refused client is still sending, or it would see a reset and no answer."""
    receiving.allow(_DRAIN_SECONDS)
    left = _DRAIN_BYTES
    try:
        while left > 0:
            chunk = flask.request.stream.read(_CHUNK_BYTES)
            if not chunk:
                return
            left -= len(chunk)
    except _BROKEN:
        return  # there is nothing more to read
