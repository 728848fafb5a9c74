"""A request and a reply, free of any framework."""

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
    """What a client asked, as both backends see it.

    *path* is percent-decoded once and has no stage. Header names are in lower case, repeated
    lines joined with ", ". *read_body* takes a limit and gives at most one byte more than that:
    an adapter reads, or refuses to decode, a body only when an operation wants it.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    read_body: Callable[[int], bytes] = lambda _limit: b""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What both backends answer; an adapter leaves the body out for HEAD."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def with_headers(self, more: Mapping[str, str]) -> Reply:
        """Give the same reply with *more* headers."""
        return Reply(status=self.status, headers={**self.headers, **more}, body=self.body)


def encode(value: object) -> bytes:
    """Write *value* as the shortest JSON: UTF-8 takes fewer bytes than escapes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def json_reply(status: int, value: object, headers: Mapping[str, str] | None = None) -> Reply:
    """Answer with *value* as JSON."""
    return Reply(
        status=status, headers={"Content-Type": JSON, **(headers or {})}, body=encode(value)
    )


def problem_reply(problem: Problem) -> Reply:
    """Answer with *problem* as RFC 9457 describes."""
    body = {
        "type": "about:blank",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        **problem.members,
    }
    headers = {"Content-Type": PROBLEM_JSON, **problem.headers}
    return Reply(status=problem.status, headers=headers, body=encode(body))
