"""The error messages for error responses: the cause, then the next step."""

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
    "Cannot write in read-only mode. To allow writes, remove --read-only, BLOGS_READ_ONLY or "
    "read_only from your settings."
)
_FAILURES: Final[dict[int, Failure]] = {
    HTTPStatus.UNAUTHORIZED: Failure.TOKEN,
    HTTPStatus.NOT_FOUND: Failure.MISSING,
    HTTPStatus.CONFLICT: Failure.TAKEN,
    HTTPStatus.PRECONDITION_FAILED: Failure.CHANGED,
}
_MESSAGES: Final[dict[int, str]] = {
    HTTPStatus.UNAUTHORIZED: (
        "{name} requires the write token (401). Set BLOGS_WRITE_TOKEN or --token-file. "
        f"{HOW_TO_GET_TOKEN}."
    ),
    HTTPStatus.FORBIDDEN: "{name} denied access (403). Ask its owner for access.",
    HTTPStatus.NOT_FOUND: (
        "{name} does not have this blog (404). It may have been deleted: list the blogs again."
    ),
    HTTPStatus.CONFLICT: "{name} already has a blog with this id (409). Use another id.",
    HTTPStatus.PRECONDITION_FAILED: (
        "The blog has changed since you read it (412). Read it again before you write."
    ),
    HTTPStatus.TOO_MANY_REQUESTS: (
        "{name} is throttling requests (429). Wait{after}, then try again."
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        "{name} is temporarily unavailable (503). Wait{after}, then try again."
    ),
}
_NO_SUCH_ROUTE: Final = (
    "{name} does not serve the blog API at this URL (404). Check the URL: for deployed functions, "
    "it ends in a stage, such as /Prod."
)
_SERVER_FAULT: Final = HTTPStatus.INTERNAL_SERVER_ERROR


def name_of(backend: Backend) -> str:
    """Return the name of a backend for messages."""
    return f"{backend.name.word} at {backend.address}"


def error_response(
    backend: Backend, request: tuple[str, str], status: int, headers: Mapping[str, str], body: bytes
) -> ApiError:
    """Return the error for an error response. *request* is its method and path."""
    method, path = request
    wrong_url = status == HTTPStatus.NOT_FOUND and (path == "/blog" or not _is_problem(headers))
    message = (_NO_SUCH_ROUTE if wrong_url else _message(status)).format(
        name=name_of(backend),
        status=status,
        after=_after(headers),
        detail=text.line(problem_detail(body), 300).rstrip(". ") or "no reason given",
    )
    uncertain = method != "GET" and status >= _SERVER_FAULT
    failure = Failure.REFUSED if wrong_url else _FAILURES.get(status, Failure.REFUSED)
    return ApiError(text.line(message, 900), failure, status=status, uncertain=uncertain)


def _is_problem(headers: Mapping[str, str]) -> bool:
    """Return True if the response comes from the API itself, not from a server in front of it."""
    media_type = headers.get("content-type", "").partition(";")[0]
    return media_type.strip().lower() == "application/problem+json"


def _message(status: int) -> str:
    if status in _MESSAGES:
        return _MESSAGES[status]
    if status >= _SERVER_FAULT:
        return "{name} failed ({status}: {detail}). Try again, or check its logs."
    if status >= HTTPStatus.BAD_REQUEST:
        return "{name} rejected the request ({status}): {detail}. Correct it, then try again."
    return "{name} responded with the unexpected status {status}. Check the URL."


def _after(headers: Mapping[str, str]) -> str:
    seconds = headers.get("retry-after", "")
    return f" {seconds} s" if seconds.isascii() and seconds.isdigit() else " a moment"
