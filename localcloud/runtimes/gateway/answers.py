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

from localcloud.http_server.headers import HOP_BY_HOP

_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# The last two are reserved: "Transform API requests and responses for HTTP APIs" in the guide.
_NOT_PASSED_ON: Final = HOP_BY_HOP | {"proxy-authenticate", "proxy-authorization"}
_JSON: Final = "application/json"
_LOWEST: Final = 200
_HIGHEST: Final = 599


@dataclass(frozen=True)
class Answer:
    """What goes back to the client; header names are in lower case."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes = b""

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name), None)


class Malformed(Exception):
    """The function's answer is not one that the gateway understands."""


def own(status: int, message: str) -> Answer:
    """Make one of the gateway's own answers."""
    return Answer(status, [("content-type", _JSON)], json.dumps({"message": message}).encode())


NOT_FOUND: Final = own(404, "Not Found")
TOO_SLOW: Final = own(408, "Request Timeout")
BODY_TOO_LARGE: Final = own(413, "Request Entity Too Large")
TOO_MANY_REQUESTS: Final = own(429, "Too Many Requests")
FAILED: Final = own(500, "Internal Server Error")
UNAVAILABLE: Final = own(503, "Service Unavailable")


def read(payload: bytes) -> Answer:
    """Read a function's answer; raises Malformed.

    Only an object with a ``statusCode`` says what the answer is. Everything else, JSON or not, is
    the body of a 200.
    """
    try:
        told = json.loads(payload)
    except ValueError:
        told = None
    if isinstance(told, dict) and "statusCode" in told:
        return _described(told)
    body = told.encode(errors="replace") if isinstance(told, str) else payload
    return Answer(200, [("content-type", _JSON)], body)


def _described(told: dict[str, object]) -> Answer:
    headers = _headers(told.get("headers"))
    if not any(name == "content-type" for name, _ in headers):
        headers.append(("content-type", "text/plain;charset=utf-8"))
    headers += [("set-cookie", value) for value in _cookies(told.get("cookies"))]
    body = _body(told.get("body"), told.get("isBase64Encoded"))
    return Answer(_status(told["statusCode"]), headers, body)


def _status(told: object) -> int:
    if isinstance(told, str) and told.isascii() and told.isdigit():
        told = int(told)
    if not isinstance(told, int) or isinstance(told, bool) or not _LOWEST <= told <= _HIGHEST:
        raise Malformed(f"statusCode is {told!r}")
    return told


def _headers(told: object) -> list[tuple[str, str]]:
    if told is None:
        return []
    if not isinstance(told, dict):
        raise Malformed("headers is not an object")
    named = [(name.lower(), _value(name, value)) for name, value in told.items()]
    return [(name, value) for name, value in named if name not in _NOT_PASSED_ON]


def _value(name: str, told: object) -> str:
    if isinstance(told, list):
        value = ",".join(_value(name, one) for one in told)
    elif isinstance(told, bool):
        value = str(told).lower()
    elif isinstance(told, str | int | float):
        value = str(told)
    else:
        raise Malformed(f"header {name} is {told!r}")
    if not _TOKEN.fullmatch(name) or _CONTROL.search(value):
        raise Malformed(f"header {name!r} cannot be sent")
    return value


def _cookies(told: object) -> list[str]:
    if told is None:
        return []
    if not isinstance(told, list):
        raise Malformed("cookies is not an array")
    return [_value("set-cookie", cookie) for cookie in told]


def _body(told: object, encoded: object) -> bytes:
    if not isinstance(told, str | None) or not isinstance(encoded, bool | None):
        raise Malformed("body is not a string, or isBase64Encoded not a boolean")
    if told is None:
        return b""
    if not encoded:
        return told.encode(errors="replace")
    try:
        return base64.b64decode(told, validate=True)
    except binascii.Error as error:
        raise Malformed(f"body is not base64: {error}") from error
