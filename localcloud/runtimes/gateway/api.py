"""Answers requests for one configuration of the API."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import replace
from typing import Final

from localcloud.contracts import FunctionError, RequestTooLarge, Throttled
from localcloud.runtimes.gateway import answers, cors
from localcloud.runtimes.gateway.access_log import AccessLogWriter, Trace
from localcloud.runtimes.gateway.answers import Answer
from localcloud.runtimes.gateway.event import Place, build
from localcloud.runtimes.gateway.request import GatewayRequest
from localcloud.runtimes.gateway.routing import Match, RouteTable
from localcloud.runtimes.gateway.spec import DEFAULT, GatewaySpec
from localcloud.runtimes.gateway.throttle import TokenBucket

_logger = logging.getLogger(__name__)
_CLIENT_ERROR: Final = 4
_SERVER_ERROR: Final = 5

# What the gateway says when a function has given no usable answer, and what Lambda told it.
_OUTCOMES: dict[type[Exception], tuple[Answer, int | None]] = {
    TimeoutError: (answers.UNAVAILABLE, None),
    Throttled: (answers.UNAVAILABLE, 429),
    RequestTooLarge: (answers.BODY_TOO_LARGE, 413),
    FunctionError: (answers.FAILED, 200),
    answers.Malformed: (answers.FAILED, 200),
}


class Api:
    """One configuration; replaced as a whole."""

    def __init__(self, spec: GatewaySpec, port: int) -> None:
        self._stage = "" if spec.stage == DEFAULT else f"/{spec.stage}"
        self._place = Place(spec.api_id, spec.stage, port)
        self._routes = RouteTable(spec.routes)
        self._cors = spec.cors
        self._bucket = TokenBucket(spec.throttle) if spec.throttle else None
        self._meter = spec.meter
        self._log = AccessLogWriter(spec.access_log) if spec.access_log else None

    async def answer(self, request: GatewayRequest, body: bytes | None) -> Answer:
        """Answer; *body* is None when it was over the limit."""
        if request.raw_path == self._stage:
            request = replace(request, raw_path=f"{self._stage}/")
        trace = Trace()
        answer = await self._decide(request, body, trace)
        if self._cors:
            answer = cors.apply(self._cors, answer, request.method, request.headers)
        answer = replace(answer, headers=[*answer.headers, ("apigw-requestid", request.id)])
        self._count(request, answer, trace)
        if self._log:
            self._log.write(request, answer, trace, self._place)
        return answer

    def _count(self, request: GatewayRequest, answer: Answer, trace: Trace) -> None:
        self._meter("Count", 1)
        self._meter("4xx", answer.status // 100 == _CLIENT_ERROR)
        self._meter("5xx", answer.status // 100 == _SERVER_ERROR)
        self._meter("Latency", (time.time() - request.received) * 1000)
        if trace.integration_s is not None:
            self._meter("IntegrationLatency", trace.integration_s * 1000)

    async def _decide(self, request: GatewayRequest, body: bytes | None, trace: Trace) -> Answer:
        if self._bucket and not self._bucket.take():
            return trace.refuse(answers.TOO_MANY_REQUESTS)
        if body is None:
            return trace.refuse(answers.BODY_TOO_LARGE)
        match = self._match(request)
        if match:
            trace.route_key = match.route.key
            event = build(request, body, match, self._place)
            return await _integrate(match, event, trace)
        if self._cors and cors.is_preflight(request.method, request.headers):
            return cors.PREFLIGHT
        return trace.refuse(answers.NOT_FOUND)

    def _match(self, request: GatewayRequest) -> Match | None:
        if not request.raw_path.startswith(f"{self._stage}/"):
            return None
        return self._routes.find(request.method, request.raw_path.removeprefix(self._stage))


async def _integrate(match: Match, event: bytes, trace: Trace) -> Answer:
    began = time.perf_counter()
    try:
        async with asyncio.timeout(match.route.timeout_s):
            payload = await match.route.target(event)
        answer = answers.read(payload)
    except Exception as error:
        if type(error) not in _OUTCOMES:
            _logger.exception("The target of %s failed in a way of its own", match.route.key)
        answer, trace.lambda_status = _OUTCOMES.get(type(error), (answers.FAILED, None))
        trace.integration_error = str(error) or "the integration's time-out has passed"
        return trace.refuse(answer)
    else:
        trace.lambda_status, trace.function_status = 200, answer.status
        return answer
    finally:
        trace.integration_s = time.perf_counter() - began
