"""What the gateway answers by itself, and how it reads the answers of functions.

The gateway's own answers, all of them ``{"message": …}``:

============================================  ======  ==========================  ================
when                                          status  message                     source
============================================  ======  ==========================  ================
no route, or a path outside the stage         404     Not Found                   sure [a]
the function failed, timed out, or answered   500     Internal Server Error       sure [a] [b]
in a bad shape
the integration's time-out has passed         503     Service Unavailable         likely [c]
the function is throttled                     503     Service Unavailable         believed
the stage's own throttling                    429     Too Many Requests           likely [d]
a body over 10 MB                             413     Request Entity Too Large    believed [d]
a request that takes longer than 30 s         408     Request Timeout             believed
an event over Lambda's 6 MB                   413     Request Entity Too Large    believed [e]
============================================  ======  ==========================  ================

[a] common knowledge, the same in several emulators that were compared with AWS;
[b] aws/aws-lambda-dotnet, LambdaTestTool-v2, ``InvokeResponseExtensions``: tests compare it with a
real HTTP API, for the reading of answers too; [c] anomalyco/sst#2232, serverless/serverless#11222;
[d] the developer guide's quotas and throttling pages give the limit, the words are believed;
[e] koki-develop/lgtm-generator#10 shows 413 for a REST API in front of Lambda.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from localcloud.http_server import HOP_BY_HOP

_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# The last two are reserved: "Transform API requests and responses for HTTP APIs" in the guide.
_NOT_PASSED_ON: Final = HOP_BY_HOP | {"proxy-authenticate", "proxy-authorization"}
_JSON: Final = "application/json"
_LOWEST: Final = 200
_HIGHEST: Final = 599


@dataclass(frozen=True)
class GatewayResponse:
    """What the client gets; header names are in lower case."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """Return the first header of that name."""
        return next((value for key, value in self.headers if key == name), None)


class Malformed(Exception):
    """The gateway does not understand what the function returned."""


def own(status: int, message: str) -> GatewayResponse:
    """Return one of the gateway's own responses."""
    body = json.dumps({"message": message}).encode()
    return GatewayResponse(status, [("content-type", _JSON)], body)


BAD_REQUEST: Final = own(400, "Bad Request")
NOT_FOUND: Final = own(404, "Not Found")
TOO_SLOW: Final = own(408, "Request Timeout")
BODY_TOO_LARGE: Final = own(413, "Request Entity Too Large")
TOO_MANY_REQUESTS: Final = own(429, "Too Many Requests")
FAILED: Final = own(500, "Internal Server Error")
UNAVAILABLE: Final = own(503, "Service Unavailable")


def read(payload: bytes) -> GatewayResponse:
    """Return the response that a function's *payload* describes; raise Malformed.

    Only an object with a ``statusCode`` describes one. Everything else, JSON or not, is the body of
    a 200.
    """
    try:
        value = json.loads(payload)
    except ValueError:
        value = None
    if isinstance(value, dict) and "statusCode" in value:
        return _described(value)
    body = value.encode(errors="replace") if isinstance(value, str) else payload
    return GatewayResponse(200, [("content-type", _JSON)], body)


def _described(value: dict[str, object]) -> GatewayResponse:
    headers = _headers(value.get("headers"))
    if not any(name == "content-type" for name, _ in headers):
        headers.append(("content-type", "text/plain;charset=utf-8"))
    headers += [("set-cookie", cookie) for cookie in _cookies(value.get("cookies"))]
    body = _body(value.get("body"), value.get("isBase64Encoded"))
    return GatewayResponse(_status(value["statusCode"]), headers, body)


def _status(value: object) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not _LOWEST <= value <= _HIGHEST:
        raise Malformed(f"statusCode is {value!r}")
    return value


def _headers(value: object) -> list[tuple[str, str]]:
    if value is None:
        return []
    if not isinstance(value, dict):
        raise Malformed("headers is not an object")
    named = [(name.lower(), _header(name, given)) for name, given in value.items()]
    return [(name, given) for name, given in named if name not in _NOT_PASSED_ON]


def _header(name: str, value: object) -> str:
    if isinstance(value, list):
        text = ",".join(_header(name, one) for one in value)
    elif isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, str | int | float):
        text = str(value)
    else:
        raise Malformed(f"header {name} is {value!r}")
    if not _TOKEN.fullmatch(name) or _CONTROL.search(text):
        raise Malformed(f"header {name!r} cannot be sent")
    return text


def _cookies(value: object) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise Malformed("cookies is not an array")
    return [_header("set-cookie", cookie) for cookie in value]


def _body(value: object, encoded: object) -> bytes:
    if not isinstance(value, str | None) or not isinstance(encoded, bool | None):
        raise Malformed("body is not a string, or isBase64Encoded is not a boolean")
    if value is None:
        return b""
    if not encoded:
        return value.encode(errors="replace")
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise Malformed(f"body is not base64: {error}") from error
