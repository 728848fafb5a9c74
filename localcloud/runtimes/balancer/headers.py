"""The few headers that a load balancer changes; all others pass as they are, in their order."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from http import HTTPStatus
from typing import Final

import h11

from localcloud.http_server.headers import HOP_BY_HOP
from localcloud.trace_id import new_trace_id

Headers = list[tuple[bytes, bytes]]

_HOP_BY_HOP: Final = frozenset(name.encode() for name in HOP_BY_HOP)
_NEVER_DROPPED: Final = frozenset({b"content-length", b"host"})
_ADDED: Final = frozenset(
    {
        b"expect",  # answered here, as ALB does ("Request routing" in the ELB user guide)
        b"x-amzn-trace-id",
        b"x-forwarded-for",
        b"x-forwarded-port",
        b"x-forwarded-proto",
    }
)
HEADER_LIMIT: Final = 64 * 1024  # of ALB, for a whole header
_LONGEST: Final = 16 * 1024  # of ALB, for a request line or a single header
_MOST_ADDRESSES: Final = 30
_TOO_MANY_ADDRESSES: Final = 463
_SELF: Final = re.compile(rb"(^|;)\s*Self=[^;]*;?")


def for_target(request: h11.Request, client: str, listener: str) -> Headers:
    """Give the headers of *request* as the target gets them; *listener* is host:port."""
    kept = _passed_on(request.headers.raw_items(), _ADDED)
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
        (b"X-Amzn-Trace-Id", _traced(trace)),
    ]


def for_client(response: h11.Response) -> Headers:
    """Give the headers of *response* as the client gets them; h11 adds the framing."""
    return _passed_on(response.headers.raw_items(), frozenset())


def has_body(request: h11.Request) -> bool:
    lengths = _values(request, b"content-length")
    return _chunked(request) or any(length.strip(b"0") for length in lengths)


def refused(request: h11.Request) -> int | None:
    """Give the status for a request that ALB does not pass on; None for all others."""
    if request.method in {b"TRACE", b"CONNECT"}:
        return HTTPStatus.METHOD_NOT_ALLOWED
    if len(request.target) > _LONGEST:
        return HTTPStatus.REQUEST_URI_TOO_LONG
    lines = [len(name) + len(value) for name, value in request.headers]
    if max(lines, default=0) > _LONGEST or sum(lines) > HEADER_LIMIT:
        return HTTPStatus.BAD_REQUEST
    addresses = b",".join(_values(request, b"x-forwarded-for"))
    return _TOO_MANY_ADDRESSES if addresses.count(b",") >= _MOST_ADDRESSES else None


def _passed_on(items: Iterable[tuple[bytes, bytes]], also: frozenset[bytes]) -> Headers:
    items = list(items)
    named = {
        token.strip().lower()
        for name, value in items
        if name.lower() == b"connection"
        for token in value.split(b",")
    }
    dropped = (_HOP_BY_HOP | also | named) - _NEVER_DROPPED
    return [(name, value) for name, value in items if name.lower() not in dropped]


def _chunked(request: h11.Request) -> bool:
    return bool(_values(request, b"transfer-encoding"))


def _values(message: h11.Request, wanted: bytes) -> list[bytes]:
    return [value for name, value in message.headers if name == wanted]


def _traced(trace: bytes) -> bytes:
    """Add what ALB's documentation on request tracing says: Root when new, else Self in front."""
    own = new_trace_id(time.time()).encode()
    if b"Root=" not in trace:
        return b";".join(filter(None, [b"Root=" + own, trace]))
    return b"Self=" + own + b";" + _SELF.sub(rb"\1", trace).strip(b"; ")
