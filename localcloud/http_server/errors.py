"""What can go wrong with a request, for the server and its application."""

from __future__ import annotations


class HttpError(Exception):
    """A request that the application cannot respond to; *status* is what the client gets."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class BodyTooLarge(Exception):
    """The body of a request is over the limit; what the client sent of it was dropped."""


class ResponseAborted(Exception):
    """A response that broke off; the connection closes, so that the client sees it too."""
