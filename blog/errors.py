"""Everything that can go wrong with a request, as one tree.

* Problem
  + BadRequest          400, the query or the body cannot be read
  + Unauthorized        401, no or a wrong token
  + NotFound            404, no such path or blog
  + MethodNotAllowed    405, the path exists, the method does not
  + IdTaken             409, another blog has the id
  + PreconditionFailed  412, If-Match or If-None-Match forbids the write
  + BodyTooLarge        413
  + UnsupportedMedia    415
  + InvalidField        422, JSON, but no blog
  + InternalError       500, never explained to the client
  + Unavailable         503, the database does not answer in time
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from blog import schema

RETRY_AFTER_SECONDS: Final = 2


class Problem(Exception):
    """An answer other than success, in the words of RFC 9457."""

    status: ClassVar[int] = 500
    # Written out, since the standard library renames phrases between Python versions.
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
    """A query parameter is not what it may be."""

    def __init__(self, parameter: str, detail: str) -> None:
        super().__init__(detail, members={"parameter": parameter})


class Unauthorized(Problem):
    """A write without the right token."""

    status = 401
    title = "Unauthorized"

    def __init__(self) -> None:
        super().__init__(
            "Writing needs the header 'Authorization: Bearer <token>' with the right token.",
            headers={"WWW-Authenticate": "Bearer"},
        )


class NotFound(Problem):
    """No such path, or no such blog."""

    status = 404
    title = "Not Found"


class UnknownPath(NotFound):
    """Nothing lives at this path, whatever the method."""

    def __init__(self) -> None:
        super().__init__(
            "There is nothing at this path. The paths are /, /blog and /blog/{id}, without a"
            f" slash at the end; an id matches {schema.ID_PATTERN}."
        )


class UnknownBlog(NotFound):
    """The path is fine, but no blog has the id."""

    def __init__(self) -> None:
        super().__init__("There is no blog with this id.")


class MethodNotAllowed(Problem):
    """The path exists, but not for this method."""

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
        super().__init__("There is a blog with this id already. Leave the id out to get a new one.")


class PreconditionFailed(Problem):
    """If-Match or If-None-Match forbids what was asked."""

    status = 412
    title = "Precondition Failed"

    def __init__(self, header: str) -> None:
        super().__init__(
            f"The condition in {header} does not hold for the blog's current ETag. Nothing was"
            " changed."
        )


class BodyTooLarge(Problem):
    """More bytes than any legal blog can need."""

    status = 413
    title = "Content Too Large"

    def __init__(self) -> None:
        super().__init__(f"The body may have at most {schema.MAX_BODY_BYTES} bytes.")


class UnsupportedMedia(Problem):
    """The body is not declared to be plain JSON in UTF-8."""

    status = 415
    title = "Unsupported Media Type"


class InvalidField(Problem):
    """JSON, but not a blog."""

    status = 422
    title = "Unprocessable Content"

    def __init__(self, detail: str, *, field: str | None = None) -> None:
        super().__init__(detail, members={} if field is None else {"field": field})


class InternalError(Problem):
    """What nobody expected; the log knows more."""

    def __init__(self) -> None:
        super().__init__("Something went wrong here. The log of the service says what.")


class Unavailable(Problem):
    """The database does not answer in time, or not now."""

    status = 503
    title = "Service Unavailable"

    def __init__(self) -> None:
        super().__init__(
            "The database cannot serve this request at the moment. Try again.",
            headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
        )
