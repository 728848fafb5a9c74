"""How the gateway's port speaks HTTP: aiohttp's server with two of its choices changed.

Its parser in C refuses a request line with bytes outside ASCII, which clients like curl do send;
its parser in Python takes them, at the same speed for requests of this size. And what cannot be
read at all is answered in the gateway's shape, without a traceback in the local cloud's output.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Final

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.http_parser import HttpRequestParserPy

HEAD_LIMIT: Final = 10_240  # of the request line and the headers, "Quotas" in the developer guide
_READ_AHEAD: Final = 1 << 16
_MAX_HEADERS: Final = 128
_LINGER_S: Final = 0.0  # what a client still sends is read before it gets its answer
_BROKEN_BODY: Final = (ConnectionError, web.RequestPayloadError, HttpProcessingError)


class GatewayServer(web.Server):
    """Makes a GatewayProtocol for each connection."""

    def __call__(self) -> web.RequestHandler:
        return GatewayProtocol(self)


class GatewayProtocol(web.RequestHandler):
    """One connection."""

    def __init__(self, server: web.Server) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(server, loop=loop, access_log=None, lingering_time=_LINGER_S)  # type: ignore[arg-type]  # None turns it off
        self._parser = HttpRequestParserPy(
            self,
            loop,
            _READ_AHEAD,
            max_line_size=HEAD_LIMIT,
            max_headers=_MAX_HEADERS,
            max_field_size=HEAD_LIMIT,
            payload_exception=web.RequestPayloadError,
            auto_decompress=False,  # an encoded body is the function's business
            max_msg_queue_size=self._max_msg_queue_size,
        )

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = HTTPStatus.INTERNAL_SERVER_ERROR,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        if isinstance(exc, _BROKEN_BODY):
            status = HTTPStatus.BAD_REQUEST
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return super().handle_error(request, status, exc, message)
        response = web.json_response({"message": HTTPStatus(status).phrase}, status=status)
        response.force_close()
        return response
