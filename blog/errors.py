"""The errors of the API, as one tree of exceptions.

* Problem
  + BadRequest          400, the query or the body cannot be read
  + Unauthorized        401, no write token, or an invalid one
  + NotFound            404, the path or the blog does not exist
  + MethodNotAllowed    405, the path does not allow the method
  + IdTaken             409, another blog has the id
  + PreconditionFailed  412, If-Match or If-None-Match is not satisfied
  + BodyTooLarge        413
  + UnsupportedMedia    415
  + InvalidField        422, JSON, but not a valid blog
  + InternalError       500, with the cause in the log only
  + Unavailable         503, the database does not respond in time
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from blog import schema

RETRY_AFTER_SECONDS: Final = 2


class Problem(Exception):
    """An error response, as problem details (RFC 9457)."""

    status: ClassVar[int] = 500
    # Not from the standard library, whose phrases change between Python versions.
    title: ClassVar[str] = "Internal Server Error"

    def __init__(
        self,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = dict(members or {})


class BadRequest(Problem):
    """The query or the body cannot be read."""

    status = 400
    title = "Bad Request"


class BadParameter(BadRequest):
    """A query parameter is not valid."""

    def __init__(self, parameter: str, detail: str) -> None:
        super().__init__(detail, members={"parameter": parameter})


class Unauthorized(Problem):
    """A write without the write token."""

    status = 401
    title = "Unauthorized"

    def __init__(self) -> None:
        super().__init__(
            "Writes need the header 'Authorization: Bearer <token>' with the write token.",
            headers={"WWW-Authenticate": "Bearer"},
        )


class NotFound(Problem):
    """The path or the blog does not exist."""

    status = 404
    title = "Not Found"


class UnknownPath(NotFound):
    """No operation has this path, whatever the method."""

    def __init__(self) -> None:
        super().__init__(
            "This path does not exist. The paths are /, /blog and /blog/{id}, without a trailing"
            f" slash; an id matches {schema.ID_PATTERN}."
        )


class UnknownBlog(NotFound):
    """The path is valid, but no blog has the id."""

    def __init__(self) -> None:
        super().__init__("No blog has this id.")


class MethodNotAllowed(Problem):
    """The path does not allow the method."""

    status = 405
    title = "Method Not Allowed"

    def __init__(self, allowed: Sequence[str]) -> None:
        allow = ", ".join(allowed)
        super().__init__(f"This path allows {allow}.", headers={"Allow": allow})


class IdTaken(Problem):
    """Another blog has the id already."""

    status = 409
    title = "Conflict"

    def __init__(self) -> None:
        super().__init__("A blog with this id already exists. Omit the id to get a new one.")


class PreconditionFailed(Problem):
    """If-Match or If-None-Match is not satisfied."""

    status = 412
    title = "Precondition Failed"

    def __init__(self, header: str) -> None:
        super().__init__(
            f"The blog's current ETag does not satisfy the condition in {header}. Nothing was"
            " changed."
        )


class BodyTooLarge(Problem):
    """The body is larger than any valid blog."""

    status = 413
    title = "Content Too Large"

    def __init__(self) -> None:
        super().__init__(f"The body must have at most {schema.MAX_BODY_BYTES:,} bytes.")


class UnsupportedMedia(Problem):
    """The headers do not declare the body as plain JSON in UTF-8."""

    status = 415
    title = "Unsupported Media Type"


class InvalidField(Problem):
    """The body is JSON, but not a valid blog."""

    status = 422
    title = "Unprocessable Content"

    def __init__(self, detail: str, *, field: str | None = None) -> None:
        super().__init__(detail, members={} if field is None else {"field": field})


class InternalError(Problem):
    """An unexpected exception; the log has its traceback."""

    def __init__(self) -> None:
        super().__init__("An unexpected error occurred. The log of the service has the details.")


class Unavailable(Problem):
    """The database does not respond in time, or throttles."""

    status = 503
    title = "Service Unavailable"

    def __init__(self) -> None:
        super().__init__(
            "The database is not available at the moment. Try again.",
            headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
        )
