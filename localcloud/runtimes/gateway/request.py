"""A request as the gateway sees it: raw where the event needs it raw, decoded where decoded."""

from __future__ import annotations

import base64
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp.web import BaseRequest


def _new_id() -> str:
    return base64.urlsafe_b64encode(os.urandom(11)).decode()  # 15 characters and "=", as AWS's


@dataclass(frozen=True, kw_only=True)
class GatewayRequest:
    """One request, its body apart."""

    method: str
    raw_path: str  # as sent: percent-encoded, with the stage
    raw_query: str  # as sent, without the question mark
    headers: Mapping[str, str]  # names in lower case, repeated ones joined
    cookies: tuple[str, ...]
    protocol: str
    source_ip: str
    id: str = field(default_factory=_new_id)
    received: float = field(default_factory=time.time)


def read_head(request: BaseRequest) -> GatewayRequest:
    """Read everything but the body."""
    target = request.raw_path.encode(errors="surrogateescape").decode(errors="replace")
    raw_path, _, raw_query = _origin_form(target).partition("?")
    headers: dict[str, str] = {}
    cookies: list[str] = []
    for raw_name, raw_value in request.raw_headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode(errors="replace")
        if name == "cookie":
            cookies += [part.strip() for part in value.split(";") if part.strip()]
        else:
            headers[name] = f"{headers[name]},{value}" if name in headers else value
    return GatewayRequest(
        method=request.method,
        raw_path=raw_path,
        raw_query=raw_query,
        headers=headers,
        cookies=tuple(cookies),
        protocol=f"HTTP/{request.version.major}.{request.version.minor}",
        source_ip=request.remote or "127.0.0.1",
    )


def _origin_form(target: str) -> str:
    # A proxy's client sends the whole URL; what follows the host is what counts.
    if target.startswith("/"):
        return target
    _, _, after_scheme = target.partition("://")
    _, slash, path = after_scheme.partition("/")
    return slash + path or "/"
