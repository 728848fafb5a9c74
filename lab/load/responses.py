"""What a response or an exception means for the log."""

from __future__ import annotations

import errno
import json
import os
import re
import ssl
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

import aiohttp

from lab.rows import ErrorClass, Outcome

_TIMES: Final = frozenset({"app", "db", "init"})
_NUMBER: Final = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,12})?")
_UNPRINTABLE: Final = re.compile(r"[^ -~]")
_MOST_CHARACTERS: Final = 128
_BY_ERRNO: Final = {
    errno.EMFILE: ErrorClass.DESCRIPTORS,
    errno.ENFILE: ErrorClass.DESCRIPTORS,
    errno.EADDRNOTAVAIL: ErrorClass.PORTS,
}
_BY_TYPE: Final[Sequence[tuple[tuple[type[Exception], ...], ErrorClass]]] = (
    ((TimeoutError,), ErrorClass.TIMEOUT),
    ((aiohttp.ClientConnectorDNSError,), ErrorClass.DNS),
    ((aiohttp.ClientSSLError, ssl.SSLError), ErrorClass.TLS),
    ((aiohttp.ClientConnectorError,), ErrorClass.CONNECT),
    (
        (OSError, aiohttp.ServerDisconnectedError, aiohttp.ClientPayloadError),
        ErrorClass.CLOSED,
    ),
)


def outcome(status: int, expected: int, media_type: str, body: bytes) -> Outcome:
    """Return the outcome of a complete response."""
    if status == expected:
        return Outcome.OK
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Outcome.THROTTLED
    if status == HTTPStatus.SERVICE_UNAVAILABLE and _is_from_gateway(media_type, body):
        return Outcome.THROTTLED
    return Outcome.ERROR


def _is_from_gateway(media_type: str, body: bytes) -> bool:
    """Tell API Gateway's `{"message": …}` from the problem details of the application."""
    if media_type == "application/problem+json":
        return False
    try:
        members = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(members, dict) and ("message" in members or "Message" in members)


def server_times(headers: Mapping[str, str]) -> dict[str, float]:
    """Return the milliseconds of `app`, `db` and `init` in Server-Timing."""
    metrics = map(_metric, headers.get("Server-Timing", "").split(","))
    return {name: value for name, value in metrics if name in _TIMES and value is not None}


def _metric(text: str) -> tuple[str, float | None]:
    """Return the name and the duration of a metric such as `app;dur=1.5`."""
    name, *parameters = (part.strip() for part in text.split(";"))
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "dur":
            return name, _milliseconds(value.strip().strip('"'))
    return name, None


def _milliseconds(value: str) -> float | None:
    return float(value) if _NUMBER.fullmatch(value) else None


def server_name(headers: Mapping[str, str]) -> str:
    """Return X-Served-By as short printable ASCII, which any file and terminal can show."""
    return _UNPRINTABLE.sub("?", headers.get("X-Served-By", "")[:_MOST_CHARACTERS])


def error_class(error: Exception) -> ErrorClass:
    """Return why there is no complete response."""
    if isinstance(error, OSError) and error.errno in _BY_ERRNO:
        return _BY_ERRNO[error.errno]
    found = next((each for types, each in _BY_TYPE if isinstance(error, types)), None)
    if found is ErrorClass.DNS and _is_out_of_descriptors():
        return ErrorClass.DESCRIPTORS  # getaddrinfo hides that it could not open its files
    return found or ErrorClass.PROTOCOL


def _is_out_of_descriptors() -> bool:
    try:
        os.close(os.dup(0))
    except OSError as error:
        return error.errno in {errno.EMFILE, errno.ENFILE}
    return False
