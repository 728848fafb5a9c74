"""What a planned request is over HTTP."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from lab.backends import Target
from lab.plan import Operation, PlannedRequest

_LIST_LIMIT: Final = 20
_METHODS: Final = {
    Operation.READ: "GET",
    Operation.LIST: "GET",
    Operation.POST: "POST",
    Operation.EDIT: "PUT",
    Operation.DELETE: "DELETE",
}
EXPECTED: Final = {
    Operation.READ: 200,
    Operation.LIST: 200,
    Operation.POST: 201,
    Operation.EDIT: 200,
    Operation.DELETE: 204,
}
"""The status of a successful response."""
_WITH_BODY: Final = frozenset({Operation.POST, Operation.EDIT})
_READS: Final = frozenset({Operation.READ, Operation.LIST})


@dataclass(frozen=True, kw_only=True)
class HttpRequest:
    """A request as it is sent. *path* starts after the URL of the target."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None
    expected: int
    """The status of a successful response."""


def http_request(planned: PlannedRequest, target: Target) -> HttpRequest:
    """Return *planned* as an HTTP request to *target*."""
    headers = {"User-Agent": "blogs-lab"}
    if target.token and planned.operation not in _READS:
        headers["Authorization"] = f"Bearer {target.token}"
    body = None
    if planned.operation in _WITH_BODY:
        headers["Content-Type"] = "application/json"
        body = _body(planned)
    return HttpRequest(
        method=_METHODS[planned.operation],
        path=_path(planned),
        headers=headers,
        body=body,
        expected=EXPECTED[planned.operation],
    )


def _path(planned: PlannedRequest) -> str:
    match planned.operation:
        case Operation.LIST:
            return f"/blog?limit={_LIST_LIMIT}"
        case Operation.POST:
            return "/blog"
        case _:
            return f"/blog/{planned.id}"


def _body(planned: PlannedRequest) -> bytes:
    members = {
        "id": planned.id,
        "title": f"Load test, request {planned.number}",
        "author": "blogs lab",
        "contents": _contents(planned.body_bytes),
    }
    return json.dumps(members).encode()


@lru_cache(maxsize=8)
def _contents(size: int) -> str:
    sentence = "This blog was created by a load test and can be deleted. "
    return (sentence * (size // len(sentence) + 1))[:size]
