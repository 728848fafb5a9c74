"""A case of the contract (a request and the expected response), and functions that create cases.

Paths, headers and bodies can have placeholders: <<id>> is a blog created for the case, <<tag>> its
entity tag, <<fresh>> an id that no blog has, <<token>> the write token. The exceptions are names
from docs/parity.md: backends that they apply to are not checked.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

JSON = "application/json"
ANY = ".+"
BEARER = {"Authorization": "Bearer <<token>>"}

Headers = Mapping[str, str] | tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One request and the expected response."""

    name: str
    method: str = "GET"
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    status: int
    # Patterns of whole values by header name; None means that the header must be absent.
    response_headers: Mapping[str, str | None] = field(default_factory=dict)
    # Expected members of the JSON body.
    members: Mapping[str, Any] = field(default_factory=dict)
    check: Callable[[Any], bool] | None = None
    exceptions: tuple[str, ...] = ()


def blog_json(**changes: Any) -> bytes:
    """Return the body of a valid blog with *changes*; the value ... omits a member."""
    members = {"title": "A title", "author": "Someone", "contents": "Some words", **changes}
    return json.dumps({name: value for name, value in members.items() if value is not ...}).encode()


def get(name: str, path: str, status: int = 200, headers: Headers = (), **more: Any) -> Case:
    return Case(name=name, path=path, status=status, headers=_pairs(headers), **more)


def head(name: str, path: str, status: int = 200, headers: Headers = (), **more: Any) -> Case:
    more.setdefault("response_headers", {})
    return Case(name=name, method="HEAD", path=path, status=status, headers=_pairs(headers), **more)


def post(name: str, body: bytes, status: int, headers: Headers = (), **more: Any) -> Case:
    return _write(name, "POST", body, status, headers=headers, **{"path": "/blog", **more})


def put(name: str, body: bytes, status: int, headers: Headers = (), **more: Any) -> Case:
    return _write(name, "PUT", body, status, headers=headers, **{"path": "/blog/<<id>>", **more})


def delete(name: str, status: int, headers: Headers = (), **more: Any) -> Case:
    path = more.pop("path", "/blog/<<id>>")
    return _write(name, "DELETE", b"", status, headers=headers, path=path, media=None, **more)


def other(name: str, method: str, path: str, status: int, **more: Any) -> Case:
    return Case(name=name, method=method, path=path, status=status, **more)


def _write(name: str, method: str, body: bytes, status: int, **more: Any) -> Case:
    """Create a case with the write token and the JSON media type, unless *more* changes that."""
    pairs = _pairs(more.pop("headers"))
    media = more.pop("media", JSON)
    if not more.pop("no_token", "Authorization" in dict(pairs)):
        pairs += _pairs(BEARER)
    if media is not None:
        pairs += (("Content-Type", media),)
    return Case(name=name, method=method, headers=pairs, body=body, status=status, **more)


def _pairs(headers: Headers) -> tuple[tuple[str, str], ...]:
    return tuple(headers.items()) if isinstance(headers, Mapping) else tuple(headers)


def has(**members: Any) -> Callable[[Any], bool]:
    return lambda body: all(body[name] == value for name, value in members.items())


def cursor(position: str) -> str:
    return base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")
