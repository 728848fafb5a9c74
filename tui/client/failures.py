"""The error messages for error responses: the cause, then the next step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from tui import text
from tui.client.contract import ApiError, Exchange, Failure, Request
from tui.client.responses import problem_detail
from tui.settings.backends import Backend
from tui.settings.values import HOW_TO_GET_TOKEN, SettingsError, Token

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
_NO_TOKEN: Final = (
    "{name} requires the write token (401). Set BLOGS_WRITE_TOKEN or --token-file. "
    f"{HOW_TO_GET_TOKEN}."
)
_WRONG_TOKEN: Final = (
    "{name} rejected the write token from {source} (401). Replace it with the token of this "
    f"deployment. {HOW_TO_GET_TOKEN}."
)
_READ_NEEDS_LOGIN: Final = (
    "{name} does not allow reading without a login (401), but the blog API does. Check the URL."
)
_NO_SUCH_ROUTE: Final = (
    "{name} does not serve the blog API at this URL (404). Check the URL: for deployed functions, "
    "it ends in a stage, such as /Prod."
)
_SERVER_FAULT: Final = HTTPStatus.INTERNAL_SERVER_ERROR


def common_cause(causes: Sequence[ApiError | SettingsError]) -> ApiError | SettingsError:
    """Return one error with the messages of all; the first one sets the exit code."""
    first, *others = causes
    if not others or isinstance(first, SettingsError):
        return first
    return ApiError(" ".join(map(str, causes)), first.failure, status=first.status)


def name_of(backend: Backend) -> str:
    """Return the name of a backend for messages."""
    return f"{backend.name.word} at {backend.address}"


def error_response(
    backend: Backend, request: Request, answer: Exchange, token: Token | None = None
) -> ApiError:
    """Return the error for an error response. *token* is the one that was sent, if any."""
    status, headers = answer.status, dict(answer.headers)
    path = request.target.partition("?")[0]
    wrong_url = status == HTTPStatus.NOT_FOUND and (path == "/blog" or not _is_problem(headers))
    if wrong_url:
        message = _NO_SUCH_ROUTE
    elif status == HTTPStatus.UNAUTHORIZED:
        message = _unauthorized(request, token)
    else:
        message = _message(status)
    words = message.format(
        name=name_of(backend),
        status=status,
        source=token.source if token else "",
        after=_after(headers),
        detail=text.line(problem_detail(answer.body), 300).rstrip(". ") or "no reason given",
    )
    uncertain = request.writes and status >= _SERVER_FAULT
    failure = Failure.REFUSED if wrong_url else _FAILURES.get(status, Failure.REFUSED)
    return ApiError(text.line(words, 900), failure, status=status, uncertain=uncertain)


def _unauthorized(request: Request, token: Token | None) -> str:
    if not request.writes:  # reads are sent without the token
        return _READ_NEEDS_LOGIN
    return _WRONG_TOKEN if token else _NO_TOKEN


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
