"""The Lambda Runtime API, as one execution environment sees it.

Every environment has its own port: the runtime client accepts a host and a port, but no path.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from typing import Final

from aiohttp import web

from localcloud.request_body import BodyTooLarge, read_body
from localcloud.runtimes.functions.invocation import (
    RESPONSE_LIMIT,
    Invocation,
    reported,
    response_too_large,
)
from localcloud.trace_id import new_trace_id

_PREFIX: Final = "/2018-06-01/runtime/"
_ERROR_TYPE: Final = "Lambda-Runtime-Function-Error-Type"
_INIT_LIMIT: Final = 1 << 20


class RuntimeApi:
    """Passes invocations to one environment and receives its responses."""

    def __init__(self, arn: str, on_taken: Callable[[Invocation], None]) -> None:
        """*on_taken* runs just before the environment receives an invocation."""
        self.initialized: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._arn = arn
        self._on_taken = on_taken
        self._inbox: asyncio.Queue[Invocation] = asyncio.Queue(1)
        self._current: Invocation | None = None
        self._server = web.Server(self._handle, handler_cancellation=True, access_log=None)
        self._listener: asyncio.Server | None = None

    async def open(self) -> str:
        """Listen; return the address for AWS_LAMBDA_RUNTIME_API."""
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(self._server, "127.0.0.1", 0)
        host, port = self._listener.sockets[0].getsockname()
        return f"{host}:{port}"

    async def close(self) -> None:
        if self._listener:
            self._listener.close()
        await self._server.shutdown(0)

    def deliver(self, invocation: Invocation) -> None:
        """Let the environment receive *invocation* with its next poll."""
        self._current = invocation
        self._inbox.put_nowait(invocation)

    def fail_init(self, error: Exception) -> None:
        """Make the start fail with *error*, unless it has finished already."""
        if not self.initialized.done():
            self.initialized.set_exception(error)
            self.initialized.exception()  # nobody may be waiting for it

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path.removeprefix(_PREFIX)
        if path == "invocation/next":
            return await self._next()
        if path == "init/error":
            error = await read_body(request, _INIT_LIMIT)
            self.fail_init(reported(error, request.headers.get(_ERROR_TYPE)))
            return _accepted()
        resource, _, rest = path.partition("/")
        request_id, _, outcome = rest.partition("/")
        if resource != "invocation" or outcome not in {"response", "error"}:
            return web.Response(status=404)
        return await self._finish(request, request_id, outcome)

    async def _next(self) -> web.Response:
        if not self.initialized.done():
            self.initialized.set_result(None)
        invocation = await self._inbox.get()
        self._on_taken(invocation)
        return web.Response(body=invocation.event, headers=self._headers(invocation))

    async def _finish(
        self, request: web.BaseRequest, request_id: str, outcome: str
    ) -> web.Response:
        invocation = self._current
        if invocation is None or invocation.id != request_id or invocation.result.done():
            return _rejected(400, "InvalidRequestID", "Invalid request ID")
        try:
            body = await read_body(request, RESPONSE_LIMIT)
        except BodyTooLarge:
            invocation.fail(response_too_large())
            return _rejected(413, "RequestEntityTooLarge", "Exceeded maximum allowed payload size")
        if outcome == "response":
            invocation.succeed(body)
        else:
            invocation.fail(reported(body, request.headers.get(_ERROR_TYPE)))
        return _accepted()

    def _headers(self, invocation: Invocation) -> dict[str, str]:
        root, parent = new_trace_id(time.time()), os.urandom(8).hex()
        trace = f"Root={root};Parent={parent};Sampled={invocation.is_traced:d}"
        return {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": invocation.id,
            "Lambda-Runtime-Deadline-Ms": str(int(invocation.deadline * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": self._arn,
            "Lambda-Runtime-Trace-Id": trace,
        }


def _accepted() -> web.Response:
    return web.json_response({"status": "OK"}, status=202)


def _rejected(status: int, error_type: str, message: str) -> web.Response:
    return web.json_response({"errorType": error_type, "errorMessage": message}, status=status)
