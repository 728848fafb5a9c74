"""What a person is told when a backend refuses: one sentence with the cause and the next step."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from tui import text
from tui.client.contract import ApiError, Failure
from tui.client.responses import problem_detail
from tui.settings.backends import Backend
from tui.settings.values import HOW_TO_GET_TOKEN

READ_ONLY: Final = (
    "Nothing is written in read-only mode: start without --read-only, BLOGS_READ_ONLY and "
    "read_only in the configuration file to write."
)
_FAILURES: Final[dict[int, Failure]] = {
    HTTPStatus.UNAUTHORIZED: Failure.TOKEN,
    HTTPStatus.NOT_FOUND: Failure.MISSING,
    HTTPStatus.CONFLICT: Failure.TAKEN,
    HTTPStatus.PRECONDITION_FAILED: Failure.CHANGED,
}
_SENTENCES: Final[dict[int, str]] = {
    HTTPStatus.UNAUTHORIZED: (
        "{name} wants the write token (401): set BLOGS_WRITE_TOKEN or --token-file; "
        f"{HOW_TO_GET_TOKEN}."
    ),
    HTTPStatus.FORBIDDEN: "{name} forbids this (403): ask whoever runs it for access.",
    HTTPStatus.NOT_FOUND: "{name} has no such blog (404): it may have been deleted; list again.",
    HTTPStatus.CONFLICT: "{name} has a blog with this id already (409): take another id.",
    HTTPStatus.PRECONDITION_FAILED: (
        "The blog was changed since you read it (412): read it again, then decide."
    ),
    HTTPStatus.TOO_MANY_REQUESTS: "{name} throttles (429): wait{after} and try again.",
    HTTPStatus.SERVICE_UNAVAILABLE: (
        "{name} cannot serve this now (503): wait{after} and try again."
    ),
}
_NO_SUCH_ROUTE: Final = (
    "{name} has no blog API here (404): check the URL; that of deployed functions ends in a "
    "stage, such as /Prod."
)
_SERVER_FAULT: Final = HTTPStatus.INTERNAL_SERVER_ERROR


def name_of(backend: Backend) -> str:
    """Name a backend in a sentence."""
    return f"{backend.name.word} at {backend.address}"


def error_response(
    backend: Backend, request: tuple[str, str], status: int, headers: Mapping[str, str], body: bytes
) -> ApiError:
    """Turn an answer that is no success into an error; *request* is its method and path."""
    method, path = request
    wrong_url = status == HTTPStatus.NOT_FOUND and (path == "/blog" or not _is_problem(headers))
    sentence = (_NO_SUCH_ROUTE if wrong_url else _sentence(status)).format(
        name=name_of(backend),
        status=status,
        after=_after(headers),
        detail=text.line(problem_detail(body), 300).rstrip(". ") or "no reason given",
    )
    uncertain = method != "GET" and status >= _SERVER_FAULT
    failure = Failure.REFUSED if wrong_url else _FAILURES.get(status, Failure.REFUSED)
    return ApiError(text.line(sentence, 900), failure, status=status, uncertain=uncertain)


def _is_problem(headers: Mapping[str, str]) -> bool:
    """Tell the API's own error_response from that of whatever stands in its place."""
    media_type = headers.get("content-type", "").partition(";")[0]
    return media_type.strip().lower() == "application/problem+json"


def _sentence(status: int) -> str:
    if status in _SENTENCES:
        return _SENTENCES[status]
    if status >= _SERVER_FAULT:
        return "{name} failed ({status}: {detail}): try again, or look at its logs."
    if status >= HTTPStatus.BAD_REQUEST:
        return "{name} refused this ({status}): {detail}; change it and try again."
    return "{name} answered with status {status}, as no blog API does: check the URL."


def _after(headers: Mapping[str, str]) -> str:
    seconds = headers.get("retry-after", "")
    return f" {seconds} s" if seconds.isascii() and seconds.isdigit() else " a moment"
