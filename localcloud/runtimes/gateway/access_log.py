"""The access log: one line per request, in the format that the stage declares."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from localcloud.append_log import AppendLog
from localcloud.environment import ACCOUNT_ID
from localcloud.runtimes.gateway.event import Stage, domain_name, request_time
from localcloud.runtimes.gateway.request import GatewayRequest
from localcloud.runtimes.gateway.responses import GatewayResponse
from localcloud.runtimes.gateway.spec import AccessLog

_VARIABLE: Final = re.compile(r"\$context\.([A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*)")
_MISSING: Final = "-"


@dataclass
class Record:
    """What the access log and the metrics need to know about one request."""

    route_key: str | None = None
    integration_s: float | None = None
    integration_error: str | None = None
    lambda_status: int | None = None
    function_status: int | None = None
    message: str | None = None  # of the gateway's own response

    def own(self, response: GatewayResponse) -> GatewayResponse:
        """Record the message of one of the gateway's own responses, and return the response."""
        self.message = json.loads(response.body)["message"]
        return response


class AccessLogWriter:
    """Appends lines to the declared log file."""

    def __init__(self, declared: AccessLog) -> None:
        self._log = AppendLog(declared.path)
        self._parts = _VARIABLE.split(" ".join(declared.format.split("\n")))  # text, name, text, …

    def write(
        self, request: GatewayRequest, response: GatewayResponse, record: Record, stage: Stage
    ) -> None:
        """Append the line of one request."""
        values = _values(request, response, record, stage)
        parts = self._parts.copy()
        parts[1::2] = [_escaped(values.get(name)) for name in parts[1::2]]
        self._log.write("".join([*parts, "\n"]).encode(errors="replace"))


def _escaped(value: object) -> str:
    # Most formats are JSON; a quotation mark from a client must not break the line.
    return _MISSING if value is None else json.dumps(str(value))[1:-1]


def _values(
    request: GatewayRequest, response: GatewayResponse, record: Record, stage: Stage
) -> dict[str, object]:
    return {
        "accountId": ACCOUNT_ID,
        "apiId": stage.api_id,
        "dataProcessed": len(response.body) + int(request.headers.get("content-length") or 0),
        "domainName": domain_name(request),
        "domainPrefix": stage.api_id,
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
        "responseLength": len(response.body),
        "routeKey": record.route_key,
        "stage": stage.name,
        "status": response.status,
        **_integration(record),
    }


def _integration(record: Record) -> dict[str, object]:
    latency = None if record.integration_s is None else round(record.integration_s * 1000)
    return {
        "error.message": record.message,
        "error.messageString": None if record.message is None else json.dumps(record.message),
        "integration.error": record.integration_error,
        "integration.integrationStatus": record.lambda_status,
        "integration.latency": latency,
        "integration.status": record.function_status,
        "integrationErrorMessage": record.integration_error,
        "integrationLatency": latency,
        "integrationStatus": record.lambda_status,
    }
