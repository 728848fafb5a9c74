"""The Flask app around the operations of the blog."""

from __future__ import annotations

import logging
from typing import Any, Final

import flask
from werkzeug.exceptions import HTTPException

from blog.errors import InternalError
from blog.http import Reply, Request, problem_reply
from blog.operations import Operations
from blog.routes import METHODS
from container_src import connection
from container_src.request_body import RequestBody, UnsupportedCoding, has_known_coding

# The timeout of one send: a client that does not read gives its thread back.
_SEND_SECONDS: Final = 20
_CHUNK_BYTES: Final = 64 * 1024
_log: Final = logging.getLogger(__name__)


def create_app(operations: Operations) -> flask.Flask:
    """Build the app around *operations*."""
    app = flask.Flask(__name__, static_folder=None)
    # Without these, Werkzeug redirects to other paths.
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = False

    # ``blog.routes`` has the paths and methods of both backends.
    @app.route("/", methods=METHODS, provide_automatic_options=False)
    @app.route("/<path:_path>", methods=METHODS, provide_automatic_options=False)
    def serve(_path: str = "") -> flask.Response:
        if client := flask.request.environ.get("gunicorn.socket"):
            client.settimeout(_SEND_SECONDS)
        if not has_known_coding(flask.request):
            connection.close_after_response()  # where the body ends is unknown
            return _response(problem_reply(UnsupportedCoding()))
        body = RequestBody(flask.request)
        reply = operations.handle(_request(body))
        body.discard()
        return _response(reply)

    @app.errorhandler(Exception)
    def fail(_error: Exception) -> flask.Response:
        """Return a 500: the outermost handler, so that a client always gets a response."""
        _log.exception("Unexpected error")
        connection.close_after_response()  # a part of the body may be unread
        return _response(problem_reply(InternalError()))

    @app.errorhandler(HTTPException)
    def serve_unmatched(error: HTTPException) -> flask.Response:
        """Serve what Flask's routing rejects, as functions do.

        These are other methods, paths that start with two slashes or contain a line end, invalid
        hosts, and requests for a WebSocket.
        """
        return serve() if error is flask.request.routing_exception else fail(error)

    return app


def _request(body: RequestBody) -> Request:
    request = flask.request
    return Request(
        method=request.method,
        path=_path(request.environ),
        query=request.environ.get("QUERY_STRING", ""),
        headers={name.lower(): value for name, value in request.headers},
        read_body=body.read,
    )


def _path(environ: dict[str, Any]) -> str:
    """Return the decoded path; one with an encoded slash stays encoded and matches no route."""
    raw = environ.get("RAW_URI", "").partition("?")[0]
    # Not Werkzeug's path, which drops leading slashes.
    path: str = raw if "%2f" in raw.lower() else environ["PATH_INFO"]
    return path


def _response(reply: Reply) -> flask.Response:
    # Werkzeug leaves the body out for HEAD, and keeps its length.
    response = flask.Response(_chunks(reply.body), reply.status)
    response.headers.clear()
    response.headers.update(reply.headers)
    if reply.status not in {204, 304}:
        response.headers["Content-Length"] = str(len(reply.body))
    return response


def _chunks(body: bytes) -> list[bytes]:
    """Split *body*: the timeout of a send applies to each chunk, not to the whole response."""
    return [body[start : start + _CHUNK_BYTES] for start in range(0, len(body), _CHUNK_BYTES)]
