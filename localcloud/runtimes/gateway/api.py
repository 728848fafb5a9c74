"""Responds to requests as one configuration of the API says.

CORS replaces what a function says about it. Headers are added only to a request with an ``Origin``
that is allowed; a preflight is an OPTIONS request with ``Origin`` and
``Access-Control-Request-Method`` (developer guide, "Configure CORS for HTTP APIs"). The guide also
says that the gateway answers a preflight itself when no route takes it. A route that does take
OPTIONS (its own, ANY, or ``$default``) gets the request, and the headers are added to its response:
the guide's section on ``$default`` routes with an authorizer, and
aws/serverless-application-model#1603 and anomalyco/sst#5493, where functions saw the preflights.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from localcloud.contracts import FunctionError, RequestTooLarge, Throttled
from localcloud.runtimes.gateway import responses
from localcloud.runtimes.gateway.access_log import AccessLogWriter, Record
from localcloud.runtimes.gateway.event import Stage, build
from localcloud.runtimes.gateway.request import GatewayRequest
from localcloud.runtimes.gateway.responses import GatewayResponse
from localcloud.runtimes.gateway.routing import Match, RouteTable
from localcloud.runtimes.gateway.spec import DEFAULT, Cors, GatewaySpec, Throttle

_logger: Final = logging.getLogger(__name__)
_CLIENT_ERROR: Final = 4
_SERVER_ERROR: Final = 5
_CORS_PREFIX: Final = "access-control-"
_PREFLIGHT: Final = GatewayResponse(204, ())

_INVOCATION_ERRORS: Final[dict[type[Exception], tuple[GatewayResponse, int | None]]] = {
    TimeoutError: (responses.UNAVAILABLE, None),
    Throttled: (responses.UNAVAILABLE, 429),
    RequestTooLarge: (responses.BODY_TOO_LARGE, 413),
    FunctionError: (responses.FAILED, 200),
    responses.Malformed: (responses.FAILED, 200),
}
"""What the client gets when a function returns no usable response, and what Lambda's status is."""


class Api:
    """One configuration; replaced as a whole."""

    def __init__(self, spec: GatewaySpec, port: int) -> None:
        self._prefix = "" if spec.stage == DEFAULT else f"/{spec.stage}"
        self._stage = Stage(spec.api_id, spec.stage, port)
        self._routes = RouteTable(spec.routes)
        self._cors = spec.cors
        self._bucket = TokenBucket(spec.throttle) if spec.throttle else None
        self._meter = spec.meter
        self._log = AccessLogWriter(spec.access_log) if spec.access_log else None

    async def respond(self, request: GatewayRequest, body: bytes | None) -> GatewayResponse:
        """Return the response; *body* is None if it was over the limit."""
        if request.raw_path == self._prefix:
            request = replace(request, raw_path=f"{self._prefix}/")
        record = Record()
        response = await self._decide(request, body, record)
        if self._cors:
            response = _with_cors(self._cors, response, request.method, request.headers)
        headers = [*response.headers, ("apigw-requestid", request.id)]
        response = GatewayResponse(response.status, headers, response.body)
        self._count(request, response, record)
        if self._log:
            self._log.write(request, response, record, self._stage)
        return response

    def _count(self, request: GatewayRequest, response: GatewayResponse, record: Record) -> None:
        self._meter("Count", 1)
        self._meter("4xx", response.status // 100 == _CLIENT_ERROR)
        self._meter("5xx", response.status // 100 == _SERVER_ERROR)
        self._meter("Latency", (time.time() - request.received) * 1000)
        if record.integration_s is not None:
            self._meter("IntegrationLatency", record.integration_s * 1000)

    async def _decide(
        self, request: GatewayRequest, body: bytes | None, record: Record
    ) -> GatewayResponse:
        if self._bucket and not self._bucket.take():
            return record.own(responses.TOO_MANY_REQUESTS)
        if body is None:
            return record.own(responses.BODY_TOO_LARGE)
        match = self._match(request)
        if match:
            record.route_key = match.route.key
            event = build(request, body, match, self._stage)
            return await _invoke(match, event, record)
        if self._cors and _is_preflight(request.method, request.headers):
            return _PREFLIGHT
        return record.own(responses.NOT_FOUND)

    def _match(self, request: GatewayRequest) -> Match | None:
        if not request.raw_path.startswith(f"{self._prefix}/"):
            return None
        return self._routes.find(request.method, request.raw_path.removeprefix(self._prefix))


async def _invoke(match: Match, event: bytes, record: Record) -> GatewayResponse:
    began = time.perf_counter()
    try:
        async with asyncio.timeout(match.route.timeout_s):
            payload = await match.route.target(event)
        response = responses.read(payload)
    except Exception as error:
        if type(error) not in _INVOCATION_ERRORS:
            _logger.exception("The target of %s failed unexpectedly", match.route.key)
        response, record.lambda_status = _INVOCATION_ERRORS.get(
            type(error), (responses.FAILED, None)
        )
        record.integration_error = str(error) or "the integration timed out"
        return record.own(response)
    else:
        record.lambda_status, record.function_status = 200, response.status
        return response
    finally:
        record.integration_s = time.perf_counter() - began


class TokenBucket:
    """The stage's throttling: up to the burst limit, refilled at the rate limit."""

    def __init__(self, throttle: Throttle) -> None:
        self._rate = throttle.rate_limit
        self._size = float(throttle.burst_limit)
        self._tokens = self._size
        self._filled = time.monotonic()

    def take(self) -> bool:
        """Take a token; return False if there is none."""
        now = time.monotonic()
        self._tokens = min(self._size, self._tokens + (now - self._filled) * self._rate)
        self._filled = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


def _is_preflight(method: str, headers: Mapping[str, str]) -> bool:
    return method == "OPTIONS" and "access-control-request-method" in headers


def _with_cors(
    cors: Cors, response: GatewayResponse, method: str, headers: Mapping[str, str]
) -> GatewayResponse:
    """Return *response* with the declared CORS headers in place of its own."""
    kept = [(name, value) for name, value in response.headers if not name.startswith(_CORS_PREFIX)]
    origin = _allowed_origin(cors, headers.get("origin"))
    if origin is None:
        return GatewayResponse(response.status, kept, response.body)
    added = {"access-control-allow-origin": origin}
    if cors.allow_credentials:
        added["access-control-allow-credentials"] = "true"
    added |= _for_preflight(cors) if _is_preflight(method, headers) else _for_reading(cors)
    return GatewayResponse(response.status, [*kept, *added.items()], response.body)


def _for_preflight(cors: Cors) -> dict[str, str]:
    lists = {
        "access-control-allow-methods": cors.allow_methods,
        "access-control-allow-headers": cors.allow_headers,
    }
    added = {name: ",".join(values) for name, values in lists.items() if values}
    if cors.max_age is not None:
        added["access-control-max-age"] = str(cors.max_age)
    return added


def _for_reading(cors: Cors) -> dict[str, str]:
    if not cors.expose_headers:
        return {}
    return {"access-control-expose-headers": ",".join(cors.expose_headers)}


def _allowed_origin(cors: Cors, origin: str | None) -> str | None:
    if origin is None:
        return None
    if "*" in cors.allow_origins:
        return "*"
    schemes = {allowed[:-1] for allowed in cors.allow_origins if allowed.endswith("://*")}
    if origin in cors.allow_origins or any(origin.startswith(scheme) for scheme in schemes):
        return origin
    return None
