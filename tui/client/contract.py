"""The data types of the API as the client sees it, and the `Api` protocol.

This module imports neither httpx nor Textual, so that commands and screens start fast.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

from tui.client.timing import Phases, ServerTime
from tui.settings.values import BackendName
from tui.text import Safe

# The limits of the API. The client checks them before a request; the backends enforce them.
LONGEST_TITLE: Final = 200
LONGEST_AUTHOR: Final = 100
LARGEST_CONTENTS: Final = 256 * 1024
LARGEST_PAGE: Final = 100
DEFAULT_PAGE: Final = 20
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """A blog in a list: all fields except the contents."""

    id: str
    title: str
    author: str
    created_at: str
    updated_at: str
    version: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Blog(Summary):
    """A blog with its contents, and the ETag for conditional writes."""

    contents: str
    etag: str

    def matches(self, draft: Draft) -> bool:
        """Return True if this blog has the id and the texts of *draft*."""
        mine = (draft.id, draft.title, draft.author, draft.contents)
        return mine == (self.id, self.title, self.author, self.contents)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """The text that the user wants to save."""

    id: str
    title: str
    author: str
    contents: str

    def problem(self) -> str | None:
        """Return the first problem that the backend would reject, or None."""
        return next(iter(self.problems().values()), None)

    def problems(self) -> dict[str, str]:
        """Return the problems that the backend would reject, by field."""
        found = {}
        if not self.title.strip():
            found["title"] = "The title is empty. Enter a title."
        elif len(self.title) > LONGEST_TITLE:
            found["title"] = f"The title is longer than {LONGEST_TITLE} characters."
        if len(self.author) > LONGEST_AUTHOR:
            found["author"] = f"The author is longer than {LONGEST_AUTHOR} characters."
        if self.size > LARGEST_CONTENTS:
            found["contents"] = f"The contents are larger than {LARGEST_CONTENTS:,} bytes."
        for name, verb in (("title", "is"), ("author", "is"), ("contents", "are")):
            if _SURROGATE.search(getattr(self, name)):
                found[name] = f"The {name} {verb} not valid UTF-8 text."
        return found

    @property
    def size(self) -> int:
        """The size of the contents in bytes."""
        return len(self.contents.encode("utf-8", "surrogatepass"))


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of blogs, newest first, and the URL of the next page (None at the end)."""

    blogs: tuple[Summary, ...]
    next_url: str | None


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request, independent of the backend. It never contains the write token."""

    method: str
    target: str
    """The path below the backend's URL, with its query."""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = field(default=None, repr=False)

    @property
    def writes(self) -> bool:
        """Return True if the request can change data."""
        return self.method not in {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True, kw_only=True)
class LogEntry:
    """One request that was sent, with its result and its times."""

    backend: BackendName
    method: str
    path: str
    at: str
    """The time of day in UTC when it was sent."""
    milliseconds: float
    status: int | None
    """None if there was no response."""
    cold: bool | None
    """True if the request waited for a cold start; None if the response does not say."""
    served_by: str
    number: int = 0
    """Its number in the request log, from 1 on."""
    base: str = ""
    """The URL of the backend."""
    date: str = ""
    """The date in UTC when it was sent."""
    phases: Phases = field(default_factory=Phases)
    server: ServerTime = field(default_factory=ServerTime)
    headers: tuple[tuple[str, Safe], ...] = ()
    """The headers of the response, without cookies."""
    sent_bytes: int = 0
    """The size of the request body."""
    received_bytes: int | None = None
    """The size of the response body, uncompressed; None if it was not received completely."""
    error: str = ""
    """The error message if there was no response."""
    request: Request | None = field(default=None, repr=False)
    """The request, to send it again; None if it was dropped to save memory."""

    @property
    def warmth(self) -> str:
        return {True: "cold", False: "warm", None: "-"}[self.cold]

    @property
    def failed(self) -> bool:
        """True if there was no response, or an error status."""
        return self.status is None or self.status >= 400  # noqa: PLR2004 -- the first error status


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A request with its response, whatever the status."""

    entry: LogEntry
    body: bytes = field(repr=False)

    @property
    def status(self) -> int:
        if self.entry.status is None:
            raise ValueError("an exchange without a response")
        return self.entry.status

    @property
    def headers(self) -> tuple[tuple[str, Safe], ...]:
        """The headers of the response, without cookies."""
        return self.entry.headers


class Failure(StrEnum):
    """The kind of an error, as scripts see it in ``--json`` output."""

    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    MISSING = "missing"
    TAKEN = "taken"
    CHANGED = "changed"
    TOKEN = "token"  # noqa: S105 -- not a secret
    PLAIN_HTTP = "plain-http-token"
    READ_ONLY = "read-only"
    SETTINGS = "settings"


class ApiError(Exception):
    """A request failed. The message tells the user why, and what to do next."""

    def __init__(
        self, text: str, failure: Failure, *, status: int | None = None, uncertain: bool = False
    ) -> None:
        super().__init__(text)
        self.failure = failure
        self.status = status
        self.uncertain = uncertain
        """True if the write may have been applied although there was no response."""
        self.entry: LogEntry | None = None
        """The request without a response; None if it was not sent."""


class Api(Protocol):
    """The client of one backend. Its methods raise only `ApiError`."""

    plain_http_token: bool
    """True if the token may be sent unencrypted to another machine."""

    def check_permission(self) -> None:
        """Raise the error that every write would raise before it is sent."""

    async def page(self, limit: int, after: str | None = None) -> Page:
        """Return the newest blogs, or the page at *after* (the ``next_url`` of a page)."""

    async def read(self, blog_id: str) -> Blog: ...

    async def create(self, draft: Draft) -> Blog: ...

    async def replace(self, draft: Draft, etag: str | None) -> Blog:
        """Replace the blog with *draft*, if it still has *etag* (None: in any case)."""

    async def delete(self, blog_id: str, etag: str | None) -> None: ...

    async def exchange(self, request: Request) -> Exchange:
        """Send *request* and return the response, whatever its status."""

    async def close(self) -> None: ...
