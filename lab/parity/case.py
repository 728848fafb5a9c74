"""A case of the contract (a request and the expected response), and functions that create cases.

Paths, headers and bodies can have placeholders: <<id>> is a blog created for the case, <<tag>> its
entity tag, <<fresh>> an id that no blog has, <<token>> the write token. In a raw request, <<host>>
is the host of the backend, and <<base>> the path of its URL.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

JSON: Final = "application/json"
ANY: Final = ".+"
BEARER: Final = {"Authorization": "Bearer <<token>>"}
READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
# Limits of the API.
ID_PATTERN: Final = "[A-Za-z0-9][A-Za-z0-9._~-]{0,127}"
MAX_ID_CHARACTERS: Final = 128
MAX_BODY_BYTES: Final = 2 * 1024 * 1024

Headers = Mapping[str, str] | tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One request and the expected response."""

    name: str
    method: str = "GET"
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    # The complete request, where an HTTP library would send another one.
    raw: bytes = b""
    status: int
    # Patterns of whole values by header name; None means that the header must be absent.
    response_headers: Mapping[str, str | None] = field(default_factory=dict)
    # Expected members of the JSON body.
    members: Mapping[str, Any] = field(default_factory=dict)
    check: Callable[[Any], bool] | None = None
    # Names in explained.py: how a server in front of a backend may change the response.
    exceptions: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """The parts that can have placeholders."""
        bodies = (self.body.decode("latin-1"), self.raw.decode("latin-1"))
        return self.path, *bodies, *(value for _, value in self.headers)

    @property
    def needs_blog(self) -> bool:
        return any(name in text for text in self.texts for name in ("id>>", "tag>>"))

    @property
    def needs_writes(self) -> bool:
        """True if the request can change data, or needs a blog."""
        return self.method not in READS or self.needs_blog


def blog_json(**changes: Any) -> bytes:
    """Return the body of a valid blog with *changes*; the value ... omits a member."""
    members = {"title": "A title", "author": "Someone", "contents": "Some words", **changes}
    return json.dumps({name: value for name, value in members.items() if value is not ...}).encode()


NEW_BLOG: Final = blog_json(id="<<fresh>>")


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
    body = more.pop("body", b"")
    return _write(
        name,
        "DELETE",
        body,
        status,
        headers=headers,
        **{"path": "/blog/<<id>>", "media": None, **more},
    )


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
