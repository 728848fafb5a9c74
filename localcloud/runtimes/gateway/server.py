"""Listens for an HTTP API on a loopback port."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

import h11

from localcloud.http_server import (
    BodyTooLarge,
    ClientConnection,
    HttpServer,
    Response,
    Timeouts,
    http_date,
)
from localcloud.ports import HOST
from localcloud.runtimes.gateway import responses
from localcloud.runtimes.gateway.api import Api
from localcloud.runtimes.gateway.request import new_id, read_head
from localcloud.runtimes.gateway.responses import GatewayResponse
from localcloud.runtimes.gateway.spec import GatewaySpec

BODY_LIMIT: Final = 10 * 1024 * 1024
_ARRIVAL_S: Final = 30.0  # how long a request may take to arrive
_IDLE_S: Final = 3600.0  # how long a connection may wait for a request: clients close it first
_OWN: Final = frozenset({"content-length", "server"})  # what is sent is counted, not believed
_WITHOUT_LENGTH: Final = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
_PHRASES: Final = {status.value: status.phrase.encode() for status in HTTPStatus}
_ERRORS: Final = {
    HTTPStatus.REQUEST_TIMEOUT: responses.TOO_SLOW,
    HTTPStatus.INTERNAL_SERVER_ERROR: responses.FAILED,
}


class Gateway:
    """One HTTP API at http://127.0.0.1:*port*, reconfigured while it serves."""

    def __init__(self, port: int, *, drain_s: float = 5.0, arrival_s: float = _ARRIVAL_S) -> None:
        """*port* 0 takes a free one; *drain_s* is how long a stop waits for running requests."""
        self._port = port
        self._drain_s = drain_s
        self._server = HttpServer(self, Timeouts(idle_s=_IDLE_S, request_s=arrival_s))
        self._spec = GatewaySpec(api_id="")
        self._api = Api(self._spec, port)

    @property
    def url(self) -> str:
        """The root of the server; a named stage follows as the first segment."""
        return f"http://{HOST}:{self._port}"

    def configure(self, spec: GatewaySpec) -> None:
        """Serve *spec* from the next request on; raise ValueError for a bad route key."""
        self._api = Api(spec, self._port)
        self._spec = spec

    async def start(self) -> None:
        """Listen; raise OSError if the port is in use."""
        self._port = await self._server.start(self._port)
        self.configure(self._spec)  # events name the port

    async def stop(self) -> None:
        """Accept no more connections, let running requests finish, then close every connection."""
        await self._server.stop(self._drain_s)

    def on_connect(self) -> None:
        """Count nothing: API Gateway has no metric for connections."""

    async def respond(self, connection: ClientConnection, request: h11.Request) -> None:
        """Send the response of the API."""
        api = self._api
        head = read_head(connection, request)
        try:
            body: bytes | None = await connection.read_body(request, BODY_LIMIT)
        except BodyTooLarge:
            body, connection.is_last = None, True
        response = await api.respond(head, body)
        await connection.respond(_encoded(response, is_head=connection.is_head))

    def error_response(self, status: int) -> Response:
        """Return the response to a request that did not reach the API."""
        own = _ERRORS.get(HTTPStatus(status), responses.BAD_REQUEST)
        headers = [*own.headers, ("apigw-requestid", new_id())]
        return _encoded(GatewayResponse(own.status, headers, own.body), is_head=False)


def _encoded(response: GatewayResponse, *, is_head: bool) -> Response:
    headers = [
        (name.encode(), value.strip(" \t").encode(errors="replace"))
        for name, value in response.headers
        if name not in _OWN
    ]
    if response.status not in _WITHOUT_LENGTH:
        headers.append((b"content-length", _length(response, is_head=is_head)))
    if not response.header("date"):
        headers.append((b"date", http_date()))
    return Response(response.status, _PHRASES.get(response.status, b""), headers, response.body)


def _length(response: GatewayResponse, *, is_head: bool) -> bytes:
    given = response.header("content-length") or ""
    if is_head and not response.body and given.isascii() and given.isdecimal():
        return given.encode()  # what GET would send
    return str(len(response.body)).encode()
