"""A server on a loopback port for CloudWatch's clients.

The protocol is AWS JSON 1.0, which botocore chooses for CloudWatch. The signature of a request is
not checked: the metrics are not secret.
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
from localcloud.runtimes.cloudwatch.queries import RequestError, get_metric_data

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
            document = get_metric_data(self._metrics, await _read(request))
            return _response(HTTPStatus.OK, document)
        except RequestError as error:
            document = {"__type": error.code, "message": str(error)}
            return _response(HTTPStatus.BAD_REQUEST, document)


async def _read(request: web.BaseRequest) -> Mapping[str, Any]:
    """Read a request; raise RequestError for everything but GetMetricData."""
    if request.headers.get("X-Amz-Target") != _TARGET:
        raise RequestError(
            "InvalidAction", "The local cloud's CloudWatch supports only GetMetricData over JSON."
        )
    try:
        document = json.loads(await read_body(request, _BODY_LIMIT))
    except (ValueError, RecursionError, BodyTooLarge) as error:
        raise RequestError("SerializationException", "The body is not valid JSON.") from error
    if not isinstance(document, Mapping):
        raise RequestError("SerializationException", "The body must be a JSON object.")
    return document


def _response(status: HTTPStatus, document: Mapping[str, Any]) -> web.Response:
    headers = {"Content-Type": _CONTENT_TYPE, "x-amzn-RequestId": str(uuid.uuid4())}
    return web.Response(status=status, body=json.dumps(document).encode(), headers=headers)
