"""The headers that a load balancer changes; all others pass unchanged and in their order."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from http import HTTPStatus
from typing import Final

import h11

from localcloud.http_server import HEAD_LIMIT, HOP_BY_HOP
from localcloud.trace_id import new_trace_id

Headers = list[tuple[bytes, bytes]]

_HOP_BY_HOP: Final = frozenset(name.encode() for name in HOP_BY_HOP)
_NEVER_DROPPED: Final = frozenset({b"content-length", b"host"})
_SET_HERE: Final = frozenset(
    {
        b"expect",  # answered here, as ALB does ("Request routing" in the ELB user guide)
        b"x-amzn-trace-id",
        b"x-forwarded-for",
        b"x-forwarded-port",
        b"x-forwarded-proto",
    }
)
_LONGEST: Final = 16 * 1024  # of ALB, for a request line or a single header
_MOST_ADDRESSES: Final = 30
_TOO_MANY_ADDRESSES: Final = 463
_SELF: Final = re.compile(rb"(^|;)\s*Self=[^;]*;?")


def for_target(request: h11.Request, client: str, listener: str) -> Headers:
    """Return the headers of *request* for the target; *listener* is host:port."""
    kept = _passed_on(request.headers.raw_items(), _SET_HERE)
    if _chunked(request):
        kept.append((b"Transfer-Encoding", b"chunked"))
    if not _values(request, b"host"):  # HTTP/1.0, from which ALB makes 1.1 too
        kept.insert(0, (b"Host", listener.encode()))
    forwarded = [*_values(request, b"x-forwarded-for"), client.encode()]
    trace = b";".join(_values(request, b"x-amzn-trace-id"))
    return [
        *kept,
        (b"X-Forwarded-For", b", ".join(forwarded)),
        (b"X-Forwarded-Proto", b"http"),
        (b"X-Forwarded-Port", listener.rpartition(":")[2].encode()),
        (b"X-Amzn-Trace-Id", _trace_header(trace)),
    ]


def for_client(response: h11.Response) -> Headers:
    """Return the headers of *response* for the client; h11 adds those for the framing."""
    return _passed_on(response.headers.raw_items(), frozenset())


def refusal(request: h11.Request, target: bytes) -> int | None:
    """Return the status for a request that ALB does not forward, None for all others.

    *target* is the request's target as the client sent it.
    """
    if not target.isascii() or request.method == b"CONNECT":
        return HTTPStatus.BAD_REQUEST
    if request.method == b"TRACE":
        return HTTPStatus.METHOD_NOT_ALLOWED
    if len(target) > _LONGEST:
        return HTTPStatus.REQUEST_URI_TOO_LONG
    lines = [len(name) + len(value) for name, value in request.headers.raw_items()]
    if max(lines, default=0) > _LONGEST or sum(lines) > HEAD_LIMIT:
        return HTTPStatus.BAD_REQUEST
    addresses = b",".join(_values(request, b"x-forwarded-for"))
    return _TOO_MANY_ADDRESSES if addresses.count(b",") >= _MOST_ADDRESSES else None


def _passed_on(items: Iterable[tuple[bytes, bytes]], added: frozenset[bytes]) -> Headers:
    items = list(items)
    named = {
        token.strip().lower()
        for name, value in items
        if name.lower() == b"connection"
        for token in value.split(b",")
    }
    dropped = (_HOP_BY_HOP | added | named) - _NEVER_DROPPED
    return [(name, value) for name, value in items if name.lower() not in dropped]


def _chunked(request: h11.Request) -> bool:
    return bool(_values(request, b"transfer-encoding"))


def _values(message: h11.Request, wanted: bytes) -> list[bytes]:
    return [value for name, value in message.headers if name == wanted]


def _trace_header(trace: bytes) -> bytes:
    """Return the trace header that ALB documents: a new Root, or Self before what came."""
    own = new_trace_id(time.time()).encode()
    if b"Root=" not in trace:
        return b";".join(filter(None, [b"Root=" + own, trace]))
    return b"Self=" + own + b";" + _SELF.sub(rb"\1", trace).strip(b"; ")
