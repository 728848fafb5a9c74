"""Send the request of a case to one backend, and check the response."""

from __future__ import annotations

import itertools
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.contract.case import Case, blog_json
from tests.contract.clients import Client, Response

_numbers = itertools.count()
_run = uuid.uuid4().hex[:8]

# These differ between writes, or between requests.
_VARIABLE = {"id", "version", "created_at", "updated_at"}
_VARIABLE_HEADERS = {"etag", "location", "link", "server-timing", "x-served-by"}
# These differ between servers: `server` and `framing` in docs/parity.md.
_SERVER_HEADERS = {
    "server",
    "apigw-requestid",
    "date",
    "connection",
    "content-length",
    "transfer-encoding",
}


@dataclass(frozen=True)
class Backend:
    """One backend, with the client that sends it requests."""

    name: str
    client: Client
    token: str
    # The exceptions in docs/parity.md that apply to what is in front of this backend.
    exceptions: frozenset[str] = frozenset()

    def exempts(self, case: Case) -> bool:
        return not self.exceptions.isdisjoint(case.exceptions)

    def write(self, method: str, path: str, body: bytes = b"", **headers: str) -> Response:
        """Send a write with the write token."""
        pairs = [("Authorization", f"Bearer {self.token}"), ("Content-Type", "application/json")]
        pairs += [(name.replace("_", "-"), value) for name, value in headers.items()]
        return self.client.request(method, path, pairs, body)


def check_case(backend: Backend, case: Case) -> Response:
    """Send the request of *case*; fail if the response is not the expected one."""
    values = _placeholders(backend, case)
    response = backend.client.request(
        case.method,
        _fill(case.path, values),
        [(name, _fill(value, values)) for name, value in case.headers],
        _fill(case.body.decode("latin-1"), values).encode("latin-1"),
    )

    assert response.status == case.status, response
    _check_headers(case, response, values)
    _check_body(case, response, values)
    return response


def comparable(response: Response, *, cors: bool) -> tuple[Any, ...]:
    """Return the parts of *response* that must be the same from both backends."""
    headers = {
        name: ... if name in _VARIABLE_HEADERS else value
        for name, value in response.headers.items()
        if name not in _SERVER_HEADERS and (cors or not name.startswith("access-control-"))
    }
    if response.status in {204, 304}:
        headers.pop("content-type", None)  # docs/parity.md: type-of-nothing
    is_json = response.body and response.headers.get("content-type") == "application/json"
    body = json.loads(response.body) if is_json else response.body
    if isinstance(body, dict):
        body = {name: ... if name in _VARIABLE else value for name, value in body.items()}
    if isinstance(body, list):
        body = ...  # the tables differ
    return response.status, headers, body


def _placeholders(backend: Backend, case: Case) -> dict[str, str]:
    fresh = f"q-{_run}-{next(_numbers)}"
    values = {"fresh": fresh, "long-fresh": fresh.ljust(128, "x"), "token": backend.token}
    texts = [case.path, case.body.decode("latin-1"), *dict(case.headers).values()]
    if any(name in part for part in texts for name in ("id>>", "tag>>")):
        made = f"{fresh}-made"
        response = backend.write("POST", "/blog", blog_json(id=made))
        assert response.status == 201, response
        values |= {"id": made, "percent-id": f"%{ord(made[0]):02X}{made[1:]}"}
        values |= {"tag": response.headers["etag"], "bare-tag": response.headers["etag"].strip('"')}
    return values


def _fill(part: str, values: Mapping[str, str]) -> str:
    return re.sub("<<([a-z-]+)>>", lambda match: values[match[1]], part)


def _check_headers(case: Case, response: Response, values: Mapping[str, str]) -> None:
    for name, pattern in case.response_headers.items():
        value = response.headers.get(name)
        if pattern is None:
            assert value is None, (name, value)
        else:
            escaped = {key: re.escape(text) for key, text in values.items()}
            assert re.fullmatch(_fill(pattern, escaped), value or ""), (name, value)


def _check_body(case: Case, response: Response, values: Mapping[str, str]) -> None:
    if case.method == "HEAD" or case.status in {204, 304}:
        assert response.body == b""
        return
    body = json.loads(response.body, parse_constant=_reject)
    if case.status >= 400:
        assert response.headers["content-type"] == "application/problem+json"
        assert body["status"] == case.status
    for name, value in case.members.items():
        wanted = _fill(value, values) if isinstance(value, str) else value
        assert body[name] == wanted, body
    assert case.check is None or case.check(body), body


def _reject(constant: str) -> None:
    raise AssertionError(constant)
