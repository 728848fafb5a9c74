"""Checks of a response against the expected one of its case."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from lab.parity.case import JSON, Case
from lab.parity.messages import Response, Values, fill

STATUS: Final = "status"
BODY: Final = "body"
_PROBLEM: Final = "application/problem+json"
_WITHOUT_BODY: Final = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})


@dataclass(frozen=True)
class Deviation:
    """A part of a response (the status, the body or a header) that is not as expected."""

    part: str
    found: str
    expected: str


def deviations(case: Case, response: Response, values: Values) -> list[Deviation]:
    """Return what is not as expected. After another status, nothing else is checked."""
    if response.status != case.status:
        return [Deviation(STATUS, status_text(response), str(case.status))]
    return [*_headers(case, response, values), *_body(case, response, values)]


def status_text(response: Response) -> str:
    return response.problem or str(response.status)


def _headers(case: Case, response: Response, values: Values) -> Iterator[Deviation]:
    for name, pattern in case.response_headers.items():
        found = response.headers.get(name)
        if pattern is None:
            if found is not None:
                yield Deviation(name, found, "none")
            continue
        escaped = {key: re.escape(text) for key, text in values.items()}
        if not re.fullmatch(fill(pattern, escaped), found or ""):
            yield Deviation(name, "none" if found is None else found, pattern)


def _body(case: Case, response: Response, values: Values) -> Iterator[Deviation]:
    shown = response.body.decode(errors="backslashreplace")
    if case.method == "HEAD" or case.status in _WITHOUT_BODY:
        if response.body:
            yield Deviation(BODY, shown, "no body")
        return
    try:
        body = json.loads(response.body, parse_constant=_reject)
    except (ValueError, RecursionError):
        yield Deviation(BODY, shown, "JSON")
        return
    if case.status >= HTTPStatus.BAD_REQUEST:
        yield from _problem(case, response, body)
    members = body if isinstance(body, dict) else {}
    for name, value in case.members.items():
        wanted = fill(value, values) if isinstance(value, str) else value
        if members.get(name, ...) != wanted:
            yield Deviation(BODY, shown, json.dumps({name: wanted}))
    if case.check and not _holds(case, body):
        yield Deviation(BODY, shown, "another body")


def _problem(case: Case, response: Response, body: object) -> Iterator[Deviation]:
    media_type = response.headers.get("content-type", "none")
    if media_type != _PROBLEM:
        yield Deviation("content-type", media_type, _PROBLEM)
    elif not isinstance(body, dict) or body.get(STATUS) != case.status:
        yield Deviation(BODY, json.dumps(body), json.dumps({STATUS: case.status}))


def _holds(case: Case, body: Any) -> bool:  # noqa: ANN401 -- any JSON
    try:
        return case.check is None or case.check(body)
    except (LookupError, TypeError):
        return False


def _reject(constant: str) -> None:
    raise ValueError(constant)


def is_json(response: Response) -> bool:
    """Return True if the response says that its body is JSON."""
    return response.headers.get("content-type", "").partition(";")[0] in {JSON, _PROBLEM}
