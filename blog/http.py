"""Requests and responses, independent of any framework."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from blog.errors import Problem

JSON: Final = "application/json"
PROBLEM_JSON: Final = "application/problem+json"


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request, the same for both backends.

    *path* is percent-decoded once and has no stage. Header names are in lower case, and repeated
    headers are joined with ", ". *read_body* takes a limit and returns at most one byte more: an
    adapter reads and decodes the body only if an operation needs it.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    read_body: Callable[[int], bytes] = lambda _limit: b""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A response, the same from both backends. An adapter omits the body for HEAD.

    It is not named Response because both frameworks have a class of that name.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def with_headers(self, more: Mapping[str, str]) -> Reply:
        """Return the same reply with *more* headers."""
        return Reply(status=self.status, headers={**self.headers, **more}, body=self.body)


def encode(value: object) -> bytes:
    """Return *value* as compact JSON, in UTF-8 without escapes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def json_reply(status: int, value: object, headers: Mapping[str, str] | None = None) -> Reply:
    """Return a reply with *value* as JSON."""
    return Reply(
        status=status, headers={"Content-Type": JSON, **(headers or {})}, body=encode(value)
    )


def problem_reply(problem: Problem) -> Reply:
    """Return a reply with *problem* as problem details (RFC 9457)."""
    body = {
        "type": "about:blank",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        **problem.members,
    }
    headers = {"Content-Type": PROBLEM_JSON, **problem.headers}
    return Reply(status=problem.status, headers=headers, body=encode(body))
