"""Loads the list page by page, and words how it goes on below the rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tui.contract import LARGEST_PAGE, ApiError, Blog, Kind, Page, Summary
from tui.paging import Trail
from tui.session import Session, Ticket
from tui.widgets.blog_list import BlogList

PAGE: Final = 50


class Listing:
    """The rows of the active backend, and what is known about those that are not loaded."""

    def __init__(self, session: Session, rows: BlogList, changed: Callable[[], None]) -> None:
        self._session = session
        self._rows = rows
        self._changed = changed
        """Called when the count may be another."""
        self._trail = Trail()
        self._loaded: Kind | None = None
        self._next: tuple[Ticket, str] | None = None
        self._error: str | None = None
        self._loading = False

    @property
    def count(self) -> str:
        """How many there are, in words."""
        number = len(self._rows.blogs)
        return f"{number}{'+' if self._next else ''} blog{'' if number == 1 else 's'}"

    @property
    def failed(self) -> bool:
        """The last attempt to load failed, so the rows say little about the backend."""
        return self._error is not None

    def begin(self) -> Ticket:
        """Start anew: answers that are under way count no more."""
        self._loading = True
        ticket = self._session.renew()
        self._renew()
        return ticket

    async def load(self, ticket: Ticket) -> bool:
        """Replace the rows; tells whether that was done. Raises what went wrong, unless stale."""
        try:
            trail, page = await self._newest(ticket)
        except ApiError as error:
            self._fail(ticket, error)
            return False
        if self._session.is_stale(ticket):
            return False
        self._trail, self._loaded = trail, ticket.kind
        self._loading, self._error = False, None
        self._next = (ticket, page.next_url) if page.next_url else None
        self._rows.show(page.blogs, more=self._next is not None)
        self._renew()
        return True

    async def load_more(self) -> None:
        """Add the next page; nothing when there is none. Raises what went wrong, unless stale."""
        if self._next is None or self._session.is_stale(self._next[0]):
            return
        (ticket, url), self._next = self._next, None
        self._rows.wants_more = False
        try:
            page = self._trail.take(await self._page(PAGE, url))
        except ApiError as error:
            self._fail(ticket, error)
            return
        if not self._session.is_stale(ticket):
            self._next = (ticket, page.next_url) if page.next_url else None
            self._rows.append(page.blogs, more=self._next is not None)
            self._renew()

    def put(self, blog: Blog) -> None:
        """Show a blog that was stored."""
        self._rows.put(blog)
        self._renew()

    def drop(self, blog_id: str) -> None:
        """Take a blog out that is no more."""
        self._rows.drop(blog_id)
        self._renew()

    async def _newest(self, ticket: Ticket) -> tuple[Trail, Page]:
        """Read on until the cursor's blog is found again, or as many rows as there were."""
        trail = Trail()
        limit = max(PAGE, min(LARGEST_PAGE, len(self._rows.blogs)))
        page = trail.take(await self._page(limit))
        blogs = list(page.blogs)
        while page.next_url and not self._session.is_stale(ticket) and self._lacks(blogs):
            page = trail.take(await self._page(limit, page.next_url))
            blogs += page.blogs
        return trail, Page(blogs=tuple(blogs), next_url=page.next_url)

    def _lacks(self, blogs: list[Summary]) -> bool:
        kept = self._rows.current
        if kept is None or len(blogs) >= len(self._rows.blogs):
            return False
        return all(blog.id != kept.id for blog in blogs)

    async def _page(self, limit: int, url: str | None = None) -> Page:
        return await self._session.read(lambda api: api.page(limit, url))

    def _fail(self, ticket: Ticket, error: ApiError) -> None:
        """Say what is wrong; what the other backend gave would pass for this one's, so it goes."""
        if self._session.is_stale(ticket):
            return
        self._loading, self._next = False, None
        self._error = f"{error} Then press r; t asks {ticket.kind.other.word}."
        self._rows.wants_more = False
        if self._loaded is not ticket.kind:
            self._rows.show([], more=False)
        self._renew()
        raise error

    def _renew(self) -> None:
        self._rows.note(self._words())
        self._changed()

    def _words(self) -> str:
        """Say how the list goes on, from all that is known now."""
        word = self._session.active.word
        if self._loading and not self._rows.blogs:
            return f"Asking {word} …"
        if self._error:
            return self._error
        if self._next:
            return "… more below"
        if self._rows.blogs:
            return "(no more)"
        return f"No blogs yet on {word}. Press n to write the first."
