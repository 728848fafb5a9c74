"""Asks one question of one backend, and holds the answer against the question."""

from __future__ import annotations

import itertools
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.contract.clients import Answer, Client
from tests.contract.question import Question, text

_numbers = itertools.count()
_run = uuid.uuid4().hex[:8]

# Different at every write, or at every request.
_MOVING = {"id", "version", "created_at", "updated_at"}
_MOVING_HEADERS = {"etag", "location", "link", "server-timing", "x-served-by"}
# Each server's own: docs/parity.md, `server` and `framing`.
_OF_THE_SERVER = {
    "server",
    "apigw-requestid",
    "date",
    "connection",
    "content-length",
    "transfer-encoding",
}


@dataclass(frozen=True)
class Backend:
    """One side, as the questions see it."""

    name: str
    client: Client
    token: str
    # The exceptions of docs/parity.md that hold here, since a gateway stands in front.
    exceptions: frozenset[str] = frozenset()

    def excuses(self, question: Question) -> bool:
        return not self.exceptions.isdisjoint(question.exceptions)

    def write(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """Write with the token."""
        pairs = [("Authorization", f"Bearer {self.token}"), ("Content-Type", "application/json")]
        pairs += [(name.replace("_", "-"), value) for name, value in headers.items()]
        return self.client.ask(method, path, pairs, body)


def ask(backend: Backend, question: Question) -> Answer:
    """Ask; fail when the answer is not the one that the question wants."""
    words = _words(backend, question)
    answer = backend.client.ask(
        question.method,
        _fill(question.path, words),
        [(name, _fill(value, words)) for name, value in question.headers],
        _fill(question.body.decode("latin-1"), words).encode("latin-1"),
    )

    assert answer.status == question.status, answer
    _check_headers(question, answer, words)
    _check_body(question, answer, words)
    return answer


def comparable(answer: Answer, *, cors: bool) -> tuple[Any, ...]:
    """What must be equal on both sides: everything but what moves."""
    headers = {
        name: ... if name in _MOVING_HEADERS else value
        for name, value in answer.headers.items()
        if name not in _OF_THE_SERVER and (cors or not name.startswith("access-control-"))
    }
    if answer.status in {204, 304}:
        headers.pop("content-type", None)  # docs/parity.md: type-of-nothing
    is_json = answer.body and answer.headers.get("content-type") == "application/json"
    body = json.loads(answer.body) if is_json else answer.body
    if isinstance(body, dict):
        body = {name: ... if name in _MOVING else value for name, value in body.items()}
    if isinstance(body, list):
        body = ...  # the tables differ
    return answer.status, headers, body


def _words(backend: Backend, question: Question) -> dict[str, str]:
    fresh = f"q-{_run}-{next(_numbers)}"
    words = {"fresh": fresh, "long-fresh": fresh.ljust(128, "x"), "token": backend.token}
    asked = [question.path, question.body.decode("latin-1"), *dict(question.headers).values()]
    if any(word in part for part in asked for word in ("id>>", "tag>>")):
        made = f"{fresh}-made"
        answer = backend.write("POST", "/blog", text(id=made))
        assert answer.status == 201, answer
        words |= {"id": made, "percent-id": f"%{ord(made[0]):02X}{made[1:]}"}
        words |= {"tag": answer.headers["etag"], "bare-tag": answer.headers["etag"].strip('"')}
    return words


def _fill(part: str, words: Mapping[str, str]) -> str:
    return re.sub("<<([a-z-]+)>>", lambda match: words[match[1]], part)


def _check_headers(question: Question, answer: Answer, words: Mapping[str, str]) -> None:
    for name, pattern in question.answers.items():
        value = answer.headers.get(name)
        if pattern is None:
            assert value is None, (name, value)
        else:
            escaped = {key: re.escape(word) for key, word in words.items()}
            assert re.fullmatch(_fill(pattern, escaped), value or ""), (name, value)


def _check_body(question: Question, answer: Answer, words: Mapping[str, str]) -> None:
    if question.method == "HEAD" or question.status in {204, 304}:
        assert answer.body == b""
        return
    body = json.loads(answer.body, parse_constant=_refuse)
    if question.status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert body["status"] == question.status
    for name, value in question.says.items():
        wanted = _fill(value, words) if isinstance(value, str) else value
        assert body[name] == wanted, body
    assert question.check is None or question.check(body), body


def _refuse(constant: str) -> None:
    raise AssertionError(constant)
