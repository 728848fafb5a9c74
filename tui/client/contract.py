"""What the client knows of the wire contract: blogs, pages, failures, and who can ask for them.

Plain data without httpx and without textual, so that scripts and screens can both start fast.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

from tui.client.timing import Phases, ServerTime
from tui.settings.values import BackendName
from tui.text import Safe

# The contract's limits, to tell a person before a request is made. The backends enforce them.
LONGEST_TITLE: Final = 200
LONGEST_AUTHOR: Final = 100
LARGEST_CONTENTS: Final = 256 * 1024
LARGEST_PAGE: Final = 100
DEFAULT_PAGE: Final = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """A blog as a list knows it: everything but its contents."""

    id: str
    title: str
    author: str
    created_at: str
    updated_at: str
    version: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Blog(Summary):
    """A blog with its contents, and the tag that conditional writes name."""

    contents: str
    etag: str

    def says(self, draft: Draft) -> bool:
        """Tell whether this is what *draft* wanted to be stored."""
        mine = (draft.id, draft.title, draft.author, draft.contents)
        return mine == (self.id, self.title, self.author, self.contents)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a person wants a blog to be."""

    id: str
    title: str
    author: str
    contents: str

    def problem(self) -> str | None:
        """Say what the backend would refuse first, or None."""
        return next(iter(self.problems().values()), None)

    def problems(self) -> dict[str, str]:
        """Say what the backend would refuse, by field."""
        found = {}
        if not self.title.strip():
            found["title"] = "The title is empty: give it at least one letter."
        elif len(self.title) > LONGEST_TITLE:
            found["title"] = f"The title has {len(self.title)} characters: {LONGEST_TITLE} at most."
        if len(self.author) > LONGEST_AUTHOR:
            found["author"] = (
                f"The author has {len(self.author)} characters: {LONGEST_AUTHOR} at most."
            )
        if self.size > LARGEST_CONTENTS:
            found["contents"] = f"The contents have {self.size} bytes: {LARGEST_CONTENTS} at most."
        return found

    @property
    def size(self) -> int:
        """How many bytes the contents take."""
        return len(self.contents.encode("utf-8", "surrogatepass"))


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some blogs, newest first, and where the next ones are (None at the end)."""

    blogs: tuple[Summary, ...]
    next_url: str | None


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request as either backend can be asked it. The token is never part of it."""

    method: str
    target: str
    """The path below the backend's URL, with its query."""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = field(default=None, repr=False)

    @property
    def writes(self) -> bool:
        """Tell whether this may change something."""
        return self.method not in {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True, kw_only=True)
class LogEntry:
    """One request, as it went."""

    backend: BackendName
    method: str
    path: str
    at: str
    """Time of day in UTC when it was sent."""
    milliseconds: float
    status: int | None
    """None when no answer came."""
    cold: bool | None
    """None when the answer did not say."""
    served_by: str
    number: int = 0
    """Its place in the history of a run, from 1 on."""
    base: str = ""
    """The URL of the backend that was asked."""
    date: str = ""
    """Day in UTC when it was sent."""
    phases: Phases = field(default_factory=Phases)
    server: ServerTime = field(default_factory=ServerTime)
    headers: tuple[tuple[str, Safe], ...] = ()
    """The answer's, without cookies; fit to show."""
    sent_bytes: int = 0
    """Size of the request's body."""
    received_bytes: int | None = None
    """Size of the answer's body, uncompressed; None when it did not come to its end."""
    error: str = ""
    """What a person was told when no answer came."""
    request: Request | None = field(default=None, repr=False)
    """What was asked; None when too much is remembered to keep it."""

    @property
    def warmth(self) -> str:
        return {True: "cold", False: "warm", None: "-"}[self.cold]

    @property
    def failed(self) -> bool:
        """No answer came, or one that says no."""
        return self.status is None or self.status >= 400  # noqa: PLR2004 -- where HTTP's errors begin


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A request with its answer, whatever that says."""

    entry: LogEntry
    body: bytes = field(repr=False)

    @property
    def status(self) -> int | None:
        return self.entry.status

    @property
    def headers(self) -> tuple[tuple[str, Safe], ...]:
        """Those of the response, without cookies; fit to show."""
        return self.entry.headers


class Failure(StrEnum):
    """Why a request did not do what was asked; scripts see these words in ``--json`` errors."""

    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    MISSING = "missing"
    TAKEN = "taken"
    CHANGED = "changed"
    TOKEN = "token"  # noqa: S105 -- a word of the contract, no secret
    PLAIN_HTTP = "plain-http-token"
    READ_ONLY = "read-only"
    SETTINGS = "settings"


class ApiError(Exception):
    """A request failed; the text is one sentence for a person, with what to do next."""

    def __init__(
        self, text: str, failure: Failure, *, status: int | None = None, uncertain: bool = False
    ) -> None:
        super().__init__(text)
        self.failure = failure
        self.status = status
        self.uncertain = uncertain
        """A write may have happened although no answer says so."""
        self.entry: LogEntry | None = None
        """The request that has no answer, as it went; None when none was sent."""


class Api(Protocol):
    """One backend, asked by a client; every method raises only `ApiError`."""

    plain_http_token: bool
    """The token may travel unencrypted to another machine."""

    def check_permission(self) -> None:
        """Raise what every write would raise before it is sent."""

    async def page(self, limit: int, after: str | None = None) -> Page:
        """Give the newest blogs, or the page at *after* (a page's ``next_url``)."""

    async def read(self, blog_id: str) -> Blog: ...

    async def create(self, draft: Draft) -> Blog: ...

    async def replace(self, draft: Draft, etag: str | None) -> Blog:
        """Store *draft* over the blog, if it still has *etag* (None: whatever it has)."""

    async def delete(self, blog_id: str, etag: str | None) -> None: ...

    async def exchange(self, request: Request) -> Exchange:
        """Ask just this, and give the answer whatever its status."""

    async def close(self) -> None: ...
