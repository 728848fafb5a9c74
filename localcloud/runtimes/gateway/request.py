"""A request as the gateway sees it."""

from __future__ import annotations

import base64
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

import h11

from localcloud.http_server import ClientConnection, HttpError

HEAD_LIMIT: Final = 10_240  # of the request line and the headers, "Quotas" in the developer guide
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


def new_id() -> str:
    """Return an id for a request."""
    return base64.urlsafe_b64encode(os.urandom(11)).decode()  # 15 characters and "=", as AWS's


@dataclass(frozen=True, kw_only=True)
class GatewayRequest:
    """A request without its body."""

    method: str
    raw_path: str  # as sent: percent-encoded, with the stage
    raw_query: str  # as sent, without the question mark
    headers: Mapping[str, str]  # names in lower case, repeated ones joined
    cookies: tuple[str, ...]
    protocol: str
    source_ip: str
    id: str = field(default_factory=new_id)
    received: float = field(default_factory=time.time)


def read_head(connection: ClientConnection, request: h11.Request) -> GatewayRequest:
    """Return the request without its body; raise HttpError if it is malformed or too large."""
    _check(connection.target, request)
    target = _origin_form(connection.target.decode(errors="replace"), request.method)
    raw_path, _, raw_query = target.partition("?")
    headers: dict[str, str] = {}
    cookies: list[str] = []
    for raw_name, raw_value in request.headers:
        name, value = raw_name.decode(), raw_value.decode(errors="replace")
        if name == "cookie":
            cookies += [part.strip() for part in value.split(";") if part.strip()]
        else:
            headers[name] = f"{headers[name]},{value}" if name in headers else value
    return GatewayRequest(
        method=request.method.decode().upper(),
        raw_path=raw_path,
        raw_query=raw_query,
        headers=headers,
        cookies=tuple(cookies),
        protocol=f"HTTP/{request.http_version.decode()}",
        source_ip=connection.address,
    )


def _check(target: bytes, request: h11.Request) -> None:
    headers = list(request.headers)
    names = [name for name, _ in headers]
    values = b"".join(value for _, value in headers)
    if (
        len(target) + len(b"".join(names)) + len(values) > HEAD_LIMIT
        or _CONTROL.search(values)
        or names.count(b"content-type") > 1  # docs/parity.md, "two-media-types"
        or (b"transfer-encoding" in names and b"content-length" in names)
    ):
        raise HttpError(HTTPStatus.BAD_REQUEST)


def _origin_form(target: str, method: bytes) -> str:
    if target.startswith("/"):
        return target
    if method == b"CONNECT":  # which asks a proxy for a tunnel
        raise HttpError(HTTPStatus.BAD_REQUEST)
    if (method, target) == (b"OPTIONS", "*"):
        return "/"
    # A client that takes this server for a proxy sends the whole URL.
    _, separator, after_scheme = target.partition("://")
    host, slash, path = after_scheme.partition("/")
    if not separator or not host:
        raise HttpError(HTTPStatus.BAD_REQUEST)
    return slash + path or "/"
