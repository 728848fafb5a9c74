"""A question of the contract, and short ways to write one down.

In paths, headers and bodies, words in double angle brackets are filled in: <<id>> is a blog made
for the question, <<tag>> its entity tag, <<fresh>> an id that no blog has, <<token>> the write
token. The exceptions are lines of docs/parity.md, where only a gateway answers differently.
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
class Question:
    """One request and what must come back."""

    name: str
    method: str = "GET"
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    status: int
    # Header name to a pattern of the whole value; None means that it must be absent.
    answers: Mapping[str, str | None] = field(default_factory=dict)
    # Members that the JSON body must have.
    says: Mapping[str, Any] = field(default_factory=dict)
    check: Callable[[Any], bool] | None = None
    exceptions: tuple[str, ...] = ()


def text(**changes: Any) -> bytes:
    """The body of a legal blog, with *changes*; the value ... leaves a member out."""
    members = {"title": "A title", "author": "Someone", "contents": "Some words", **changes}
    return json.dumps({name: value for name, value in members.items() if value is not ...}).encode()


def get(name: str, path: str, status: int = 200, headers: Headers = (), **more: Any) -> Question:
    return Question(name=name, path=path, status=status, headers=_pairs(headers), **more)


def head(name: str, path: str, status: int = 200, headers: Headers = (), **more: Any) -> Question:
    more.setdefault("answers", {})
    return Question(
        name=name, method="HEAD", path=path, status=status, headers=_pairs(headers), **more
    )


def post(name: str, body: bytes, status: int, headers: Headers = (), **more: Any) -> Question:
    return _write(name, "POST", body, status, headers=headers, **{"path": "/blog", **more})


def put(name: str, body: bytes, status: int, headers: Headers = (), **more: Any) -> Question:
    return _write(name, "PUT", body, status, headers=headers, **{"path": "/blog/<<id>>", **more})


def delete(name: str, status: int, headers: Headers = (), **more: Any) -> Question:
    path = more.pop("path", "/blog/<<id>>")
    return _write(name, "DELETE", b"", status, headers=headers, path=path, media=None, **more)


def other(name: str, method: str, path: str, status: int, **more: Any) -> Question:
    return Question(name=name, method=method, path=path, status=status, **more)


def _write(name: str, method: str, body: bytes, status: int, **more: Any) -> Question:
    """Ask with the token and the media type, unless told otherwise."""
    pairs = _pairs(more.pop("headers"))
    media = more.pop("media", JSON)
    if not more.pop("no_token", "Authorization" in dict(pairs)):
        pairs += _pairs(BEARER)
    if media is not None:
        pairs += (("Content-Type", media),)
    return Question(name=name, method=method, headers=pairs, body=body, status=status, **more)


def _pairs(headers: Headers) -> tuple[tuple[str, str], ...]:
    return tuple(headers.items()) if isinstance(headers, Mapping) else tuple(headers)


def same(**members: Any) -> Callable[[Any], bool]:
    return lambda body: all(body[name] == value for name, value in members.items())


def word(position: str) -> str:
    return base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")
