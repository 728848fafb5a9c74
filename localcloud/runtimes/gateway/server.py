"""Listens for an HTTP API on a loopback port."""

from __future__ import annotations

import asyncio
from typing import Final

from aiohttp import hdrs, web
from multidict import CIMultiDict

from localcloud.request_body import BodyTooLarge, read_body
from localcloud.runtimes.gateway.answers import TOO_SLOW, Answer
from localcloud.runtimes.gateway.api import Api
from localcloud.runtimes.gateway.protocol import GatewayServer
from localcloud.runtimes.gateway.request import read_head
from localcloud.runtimes.gateway.spec import GatewaySpec

HOST: Final = "127.0.0.1"
BODY_LIMIT: Final = 10 * 1024 * 1024
_ARRIVAL_S: Final = 30.0  # how long a request may take to arrive


class Gateway:
    """One HTTP API at http://127.0.0.1:*port*, reconfigured while it serves."""

    def __init__(self, port: int, *, drain_s: float = 5.0, arrival_s: float = _ARRIVAL_S) -> None:
        """*port* 0 takes a free one; *drain_s* is how long a stop waits for running requests."""
        self._port = port
        self._drain_s = drain_s
        self._arrival_s = arrival_s
        self._runner: web.ServerRunner | None = None
        self._spec: GatewaySpec | None = None
        self._api = Api(GatewaySpec(api_id=""), port)

    @property
    def url(self) -> str:
        """The root of the server; a named stage follows as the first segment."""
        return f"http://{HOST}:{self._port}"

    def configure(self, spec: GatewaySpec) -> None:
        """Answer as *spec* says from the next request on; raises ValueError for a bad route key."""
        self._api = Api(spec, self._port)
        self._spec = spec

    async def start(self) -> None:
        """Listen; raises OSError when the port is taken."""
        server = GatewayServer(self._handle)
        runner = web.ServerRunner(server, shutdown_timeout=self._drain_s)
        await runner.setup()
        await web.TCPSite(runner, HOST, self._port).start()
        self._runner = runner
        self._port = runner.addresses[0][1]
        if self._spec:
            self.configure(self._spec)  # events name the port

    async def stop(self) -> None:
        """Accept no more, let running requests finish, then close every connection."""
        runner, self._runner = self._runner, None
        if runner:
            await runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        api = self._api
        head = read_head(request)
        try:
            async with asyncio.timeout(self._arrival_s):
                body: bytes | None = await read_body(request, BODY_LIMIT)
        except BodyTooLarge:
            body = None
        except TimeoutError:
            return _closing(_response(TOO_SLOW, request.method))
        response = _response(await api.answer(head, body), request.method)
        return response if body is not None else _closing(response)


class _Response(web.Response):
    """An answer that does not name its server: an HTTP API does not either."""

    async def _prepare_headers(self) -> None:
        await super()._prepare_headers()
        self.headers.pop(hdrs.SERVER, None)


def _closing(response: web.Response) -> web.Response:
    response.force_close()
    return response


def _response(answer: Answer, method: str) -> web.Response:
    headers = CIMultiDict(answer.headers)
    if answer.body or method != hdrs.METH_HEAD:
        headers.pop(hdrs.CONTENT_LENGTH, None)  # what is sent is counted, not believed
    return _Response(status=answer.status, headers=headers, body=answer.body)
