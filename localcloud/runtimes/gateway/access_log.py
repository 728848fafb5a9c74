"""The access log: one line a request, in the format that the stage declares."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from localcloud.append_log import AppendLog
from localcloud.environment import ACCOUNT_ID
from localcloud.runtimes.gateway.answers import Answer
from localcloud.runtimes.gateway.event import Place, domain_name, request_time
from localcloud.runtimes.gateway.request import GatewayRequest
from localcloud.runtimes.gateway.spec import AccessLog

_VARIABLE: Final = re.compile(r"\$context\.([A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*)")
_NOTHING: Final = "-"


@dataclass
class Trace:
    """What became known about a request while it was answered."""

    route_key: str | None = None
    integration_s: float | None = None
    integration_error: str | None = None
    lambda_status: int | None = None
    function_status: int | None = None
    message: str | None = None  # of the gateway's own answer

    def refuse(self, answer: Answer) -> Answer:
        """Note that the gateway answers by itself."""
        self.message = json.loads(answer.body)["message"]
        return answer


class AccessLogWriter:
    """Appends lines to the declared log."""

    def __init__(self, declared: AccessLog) -> None:
        self._log = AppendLog(declared.path)
        self._format = " ".join(declared.format.split("\n"))

    def write(self, request: GatewayRequest, answer: Answer, trace: Trace, place: Place) -> None:
        values = _values(request, answer, trace, place)
        line = _VARIABLE.sub(lambda found: _escaped(values.get(found[1])), self._format)
        self._log.write(line.encode(errors="replace") + b"\n")


def _escaped(value: object) -> str:
    # Most formats are JSON; a quotation mark from a client must not break the line.
    return _NOTHING if value is None else json.dumps(str(value))[1:-1]


def _values(
    request: GatewayRequest, answer: Answer, trace: Trace, place: Place
) -> dict[str, object]:
    return {
        "accountId": ACCOUNT_ID,
        "apiId": place.api_id,
        "dataProcessed": len(answer.body) + int(request.headers.get("content-length") or 0),
        "domainName": domain_name(request),
        "domainPrefix": place.api_id,
        "extendedRequestId": request.id,
        "httpMethod": request.method,
        "identity.sourceIp": request.source_ip,
        "identity.userAgent": request.headers.get("user-agent"),
        "path": unquote(request.raw_path),
        "protocol": request.protocol,
        "requestId": request.id,
        "requestTime": request_time(request),
        "requestTimeEpoch": int(request.received * 1000),
        "responseLatency": round((time.time() - request.received) * 1000),
        "responseLength": len(answer.body),
        "routeKey": trace.route_key,
        "stage": place.stage,
        "status": answer.status,
        **_integration(trace),
    }


def _integration(trace: Trace) -> dict[str, object]:
    latency = None if trace.integration_s is None else round(trace.integration_s * 1000)
    return {
        "error.message": trace.message,
        "error.messageString": None if trace.message is None else json.dumps(trace.message),
        "integration.error": trace.integration_error,
        "integration.integrationStatus": trace.lambda_status,
        "integration.latency": latency,
        "integration.status": trace.function_status,
        "integrationErrorMessage": trace.integration_error,
        "integrationLatency": latency,
        "integrationStatus": trace.lambda_status,
    }
