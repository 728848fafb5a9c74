"""Listens on a loopback port for CloudWatch's clients.

The protocol is AWS JSON 1.0: what botocore picks of those that CloudWatch speaks. Requests are
signed, and the signature is not looked at: what can be read here is no secret.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from aiohttp import web

from localcloud.metrics import Metrics
from localcloud.request_body import BodyTooLarge, read_body
from localcloud.runtimes.cloudwatch.queries import Refused, answer

_HOST: Final = "127.0.0.1"
_TARGET: Final = "GraniteServiceVersion20100801.GetMetricData"
_CONTENT_TYPE: Final = "application/x-amz-json-1.0"
_BODY_LIMIT: Final = 1 << 20


class CloudWatch:
    """CloudWatch at http://127.0.0.1:*port*."""

    def __init__(self, port: int, metrics: Metrics) -> None:
        self._port = port
        self._metrics = metrics
        self._runner: web.ServerRunner | None = None

    @property
    def url(self) -> str:
        return f"http://{_HOST}:{self._port}"

    async def start(self) -> None:
        """Listen; port 0 takes a free one."""
        runner = web.ServerRunner(web.Server(self._handle, access_log=None))
        await runner.setup()
        await web.TCPSite(runner, _HOST, self._port).start()
        self._runner = runner
        self._port = runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def _handle(self, request: web.BaseRequest) -> web.Response:
        try:
            return _response(HTTPStatus.OK, answer(self._metrics, await _asked(request)))
        except Refused as error:
            refusal = {"__type": error.code, "message": str(error)}
            return _response(HTTPStatus.BAD_REQUEST, refusal)


async def _asked(request: web.BaseRequest) -> Mapping[str, Any]:
    """Read a request; raises Refused for everything that is not GetMetricData."""
    if request.headers.get("X-Amz-Target") != _TARGET:
        raise Refused(
            "InvalidAction", "the local cloud's CloudWatch answers GetMetricData over JSON only"
        )
    try:
        document = json.loads(await read_body(request, _BODY_LIMIT))
    except (ValueError, RecursionError, BodyTooLarge) as error:
        raise Refused("SerializationException", "the body cannot be read") from error
    if not isinstance(document, Mapping):
        raise Refused("SerializationException", "the body is no object")
    return document


def _response(status: HTTPStatus, document: Mapping[str, Any]) -> web.Response:
    headers = {"Content-Type": _CONTENT_TYPE, "x-amzn-RequestId": str(uuid.uuid4())}
    return web.Response(status=status, body=json.dumps(document).encode(), headers=headers)
