"""Loads the list page by page, and describes its state below the rows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from tui import text
from tui.client.contract import LARGEST_PAGE as PAGE
from tui.client.contract import ApiError, Blog, Page, Summary
from tui.client.paging import SeenPages
from tui.settings.values import BackendName
from tui.state.session import Generation, Session
from tui.text import Safe
from tui.widgets.blog_list import BlogList

FAR: Final = 2_000
"""A reload looks for the selected blog in this many rows at most, to stay fast."""


class ListLoader:
    """The loaded rows of the active backend, and whether there are more."""

    def __init__(self, session: Session, rows: BlogList, changed: Callable[[], None]) -> None:
        self._session = session
        self._rows = rows
        self._changed = changed
        """Called when the count may have changed."""
        self._seen = SeenPages()
        self._loaded: BackendName | None = None
        """The backend of the rows; None if the list is not loaded."""
        self._next: tuple[Generation, str] | None = None
        self._error: str | None = None
        self._loading = True  # a screen loads the list as soon as it is drawn
        self._paging = asyncio.Lock()
        self._walk: object | None = None

    @property
    def title(self) -> Safe:
        """The number of loaded blogs, such as `200+ blogs`, or why it is not known."""
        if self._loaded is None:
            return Safe("loading …" if self._loading else "not loaded")
        count = text.count(self._rows.loaded, "blog", at_least=not self.is_complete)
        return Safe(f"{count} · times in UTC")

    @property
    def is_complete(self) -> bool:
        """True if all pages are loaded."""
        return self._next is None

    @property
    def is_empty(self) -> bool:
        """True if the list was loaded, and there are no blogs."""
        is_loaded = self._loaded is self._session.active and not (self._loading or self._error)
        return is_loaded and not self._rows.loaded

    @property
    def is_loading_all(self) -> bool:
        """True while `load_all` is running."""
        return self._walk is not None

    @property
    def failed(self) -> bool:
        """True if the last attempt to load failed."""
        return self._error is not None

    def begin(self) -> Generation:
        """Start a reload: responses that are still to come become stale."""
        self._loading, self._walk = True, None
        generation = self._session.start_generation()
        self.update_note()
        return generation

    async def load(self, generation: Generation) -> bool:
        """Replace the rows; return True if done. Raise the error, unless it is stale."""
        try:
            seen, page = await self._newest(generation)
        except ApiError as error:
            self._fail(generation, error)
            return False
        if self._session.is_stale(generation):
            return False
        self._seen, self._loaded, self._paging = seen, generation.backend, asyncio.Lock()
        self._loading, self._error = False, None
        self._next = (generation, page.next_url) if page.next_url else None
        self._rows.show(page.blogs, more=self._next is not None)
        self.update_note()
        return True

    async def load_more(self) -> None:
        """Add the next page, unless one is loading. Raise the error, unless it is stale."""
        if not self._paging.locked():
            async with self._paging:
                await self._add_page()

    async def load_all(self) -> bool:
        """Add all remaining pages; return True at the end. Raise like `load_more`."""
        walk = self._walk = object()
        self.update_note()
        try:
            while self._walk is walk and self._has_next:
                async with self._paging:
                    await self._add_page()
            return self._walk is walk and self.is_complete
        finally:
            if self._walk is walk:
                self.stop()

    def stop(self) -> None:
        """Stop `load_all` after the page that is loading."""
        self._walk = None
        self.update_note()

    @property
    def _has_next(self) -> bool:
        return self._next is not None and not self._session.is_stale(self._next[0])

    async def _add_page(self) -> None:
        if self._next is None or not self._has_next:
            return
        generation, url = self._next
        try:
            page = self._seen.unseen(await self._page(PAGE, url))
        except ApiError as error:
            self._fail(generation, error)
            return
        if not self._session.is_stale(generation):
            self._error = None
            self._next = (generation, page.next_url) if page.next_url else None
            self._rows.append(page.blogs, more=self._next is not None)
            self.update_note()

    def put(self, blog: Blog) -> None:
        """Show a stored blog."""
        self._rows.put(blog)
        self.update_note()

    def drop(self, blog_id: str) -> None:
        """Remove a deleted blog."""
        self._rows.remove_blog(blog_id)
        self.update_note()

    async def _newest(self, generation: Generation) -> tuple[SeenPages, Page]:
        """Read pages until the selected blog is found, or as many rows as before are loaded."""
        seen = SeenPages()
        page = seen.unseen(await self._page(PAGE))
        blogs = list(page.blogs)
        while page.next_url and not self._session.is_stale(generation) and self._lacks(blogs):
            page = seen.unseen(await self._page(PAGE, page.next_url))
            blogs += page.blogs
        return seen, Page(blogs=tuple(blogs), next_url=page.next_url)

    def _lacks(self, blogs: list[Summary]) -> bool:
        kept = self._rows.current
        if kept is None or len(blogs) >= min(self._rows.loaded, FAR):
            return False
        return all(blog.id != kept.id for blog in blogs)

    async def _page(self, limit: int, url: str | None = None) -> Page:
        return await self._session.read_page(limit, url)

    def _fail(self, generation: Generation, error: ApiError) -> None:
        """Show the error; remove the rows if they are from the other backend."""
        if self._session.is_stale(generation):
            return
        self._loading = False
        again = "a to continue, or r to reload" if self._has_next else "r"
        self._error = f"{error} Press {again}, or t to switch to {generation.backend.other.word}."
        self._rows.has_more = False
        if self._loaded is not generation.backend:
            self._next = self._loaded = None
            self._rows.show([], more=False)
        self.update_note()
        raise error

    def update_note(self) -> None:
        """Update the line below the rows."""
        self._rows.note(self._note())
        self._changed()

    def _note(self) -> str:
        """Return the line below the rows."""
        word = self._session.active.word
        if self._loading and not self._rows.loaded:
            return f"Loading from {word} …"
        if self._error:
            return self._error
        if not self._rows.loaded:
            return ""
        if not self._rows.view.shows_all:
            return self._left_out()
        return "(no more)" if self.is_complete else "… more below"

    def _left_out(self) -> str:
        which = f"{len(self._rows.blogs):,} of" if self._rows.blogs else "none of"
        rest = "" if self.is_complete else "; a loads the rest"
        return f"({which} {self._rows.loaded:,} loaded{rest}; {self._rows.view.reset})"
