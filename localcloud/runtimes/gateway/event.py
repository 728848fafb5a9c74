"""Builds the event of payload format 2.0.

Which bodies are sent as text was tried on AWS by ministackorg/ministack#766: ``text/*`` and JSON,
XML and JavaScript of ``application/``. All others are base64, including forms and bodies without a
type.
"""

from __future__ import annotations

import base64
import functools
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, unquote

from localcloud.environment import ACCOUNT_ID
from localcloud.http_server import HOP_BY_HOP
from localcloud.runtimes.gateway.request import GatewayRequest
from localcloud.runtimes.gateway.routing import Match
from localcloud.trace_id import new_trace_id

_TEXTUAL: Final = frozenset({"application/json", "application/xml", "application/javascript"})
_JSON: Final = json.JSONEncoder(ensure_ascii=False)
_SUFFIXES: Final = ("+json", "+xml")  # not in that trial; believed


@dataclass(frozen=True)
class Stage:
    """The stage of an API, and the port where it listens."""

    api_id: str
    name: str
    port: int


def build(request: GatewayRequest, body: bytes, match: Match, stage: Stage) -> bytes:
    """Return the event for the function, as JSON."""
    event: dict[str, object] = {
        "version": "2.0",
        "routeKey": match.route.key,
        "rawPath": unquote(request.raw_path),
        "rawQueryString": request.raw_query,
        "cookies": list(request.cookies),
        "headers": _headers(request, body, stage),
        "queryStringParameters": _query(request.raw_query),
        "requestContext": _context(request, match, stage),
        "pathParameters": match.parameters,
    }
    present = {name: value for name, value in event.items() if value or name == "rawQueryString"}
    whole = {**present, **_body(body, request.headers.get("content-type"))}
    return _JSON.encode(whole).encode()


def _is_text(content_type: str | None) -> bool:
    media_type = (content_type or "").partition(";")[0].strip().lower()
    textual = media_type.startswith("text/") or media_type in _TEXTUAL
    return textual or media_type.endswith(_SUFFIXES)


def _body(body: bytes, content_type: str | None) -> Mapping[str, object]:
    if not body:
        return {"isBase64Encoded": False}
    if _is_text(content_type):
        return {"body": body.decode(errors="replace"), "isBase64Encoded": False}
    return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}


def _query(raw_query: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in parse_qsl(raw_query, keep_blank_values=True):
        values[name] = f"{values[name]},{value}" if name in values else value
    return values


def _headers(request: GatewayRequest, body: bytes, stage: Stage) -> dict[str, str]:
    sent = {name: text for name, text in request.headers.items() if name not in HOP_BY_HOP}
    forwarded = [sent.get("x-forwarded-for"), request.source_ip]
    return {
        "x-amzn-trace-id": f"Root={new_trace_id(request.received)}",
        **sent,
        "content-length": str(len(body)),
        "x-forwarded-for": ", ".join(address for address in forwarded if address),
        "x-forwarded-port": str(stage.port),
        "x-forwarded-proto": "http",
    }


def _context(request: GatewayRequest, match: Match, stage: Stage) -> dict[str, object]:
    return {
        "accountId": ACCOUNT_ID,
        "apiId": stage.api_id,
        "domainName": domain_name(request),
        "domainPrefix": stage.api_id,
        "http": {
            "method": request.method,
            "path": unquote(request.raw_path),
            "protocol": request.protocol,
            "sourceIp": request.source_ip,
            "userAgent": request.headers.get("user-agent", ""),
        },
        "requestId": request.id,
        "routeKey": match.route.key,
        "stage": stage.name,
        "time": request_time(request),
        "timeEpoch": int(request.received * 1000),
    }


def domain_name(request: GatewayRequest) -> str:
    """Return the host that the client asked for, without the port."""
    return request.headers.get("host", "").rpartition(":")[0] or request.headers.get("host", "")


def request_time(request: GatewayRequest) -> str:
    """Return when the request arrived, in the format of access logs."""
    return _time(int(request.received))


@functools.lru_cache(maxsize=1)
def _time(second: int) -> str:
    return time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(second))
