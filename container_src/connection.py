"""Close the connection of the request that this thread serves, through gunicorn's hook."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Final, Protocol


class GunicornRequest(Protocol):
    """The part of gunicorn's request that ends its connection."""

    def force_close(self) -> None: ...


_request: Final[ContextVar[GunicornRequest | None]] = ContextVar("request", default=None)


def pre_request(_worker: object, request: GunicornRequest) -> None:
    """Remember *request*: gunicorn calls this in the thread that serves it."""
    _request.set(request)


def close_after_response() -> None:
    """Send ``Connection: close`` with the response, and read no other request."""
    if request := _request.get():
        request.force_close()
