"""Reads the selected blog, and shows it unless another is selected by then."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Final

from tui import text
from tui.client.contract import ApiError, Blog, Failure, Summary
from tui.flows.worker import start
from tui.state.session import Generation, Session
from tui.widgets.backend_label import WAITING_DELAY_S
from tui.widgets.reader import Reader

_HINT: Final = "Press enter to read the selected blog, or n to write a new one."
_GONE: Final = "This blog has been deleted. Go back, and press r to reload the list."


class BlogLoader:
    """What the reading pane shows, and which response it waits for."""

    def __init__(self, session: Session, pane: Reader) -> None:
        self._session = session
        self._pane = pane
        self._subject: Summary | None = None
        self._shown: Generation | None = None
        self._wanted: tuple[Generation, str, str] | None = None
        self._showing = asyncio.Lock()

    @property
    def subject(self) -> str | None:
        """The id of the blog that is shown or asked for."""
        return self._subject.id if self._subject else None

    @property
    def is_loading(self) -> bool:
        """True if a blog was asked for and is not shown yet."""
        return self._wanted is not None

    def is_shown(self, blog: Summary) -> bool:
        """Return True if this version is shown and was read since the last reload."""
        shown = self._pane.blog
        same = shown is not None and (shown.id, shown.version) == (blog.id, blog.version)
        return same and self._shown == self._session.generation()

    def begin(self, blog: Summary) -> None:
        """Read the blog, unless it is already shown or being read."""
        wanted = (self._session.generation(), blog.id, blog.version)
        if self.is_shown(blog):
            self._subject, self._wanted = blog, None  # another blog may have been asked for
        elif wanted != self._wanted:
            self._subject, self._wanted = blog, wanted
            start(self._pane.screen, self._read(wanted))
            self._mention(blog)

    def _mention(self, blog: Summary) -> None:
        """Show that the blog is loading, unless an older version of it is shown.

        A blog that is shown beside the list stays a moment, so that fast responses do not flicker.
        """
        shown = self._pane.blog
        if shown and shown.id == blog.id:
            return
        if shown is None or self._is_reading:
            self._show_loading(blog)
        else:
            self._pane.set_timer(WAITING_DELAY_S, partial(self._show_loading, blog))

    @property
    def _is_reading(self) -> bool:
        """True if the user opened the blog, not only moved the cursor to it."""
        return self._pane.screen.has_class("reading")

    def _show_loading(self, blog: Summary) -> None:
        start(self._pane.screen, self._show_loading_now(blog))

    async def _show_loading_now(self, blog: Summary) -> None:
        async with self._showing:
            if self._wanted and self._wanted[1:] == (blog.id, blog.version):
                await self._pane.show_message(f"Loading “{text.title(blog.title, 60)}” …")

    def renew(self) -> None:
        """Read the current blog again."""
        if self._subject:
            self.begin(self._subject)

    async def toggle_raw(self) -> None:
        """Switch between raw and rendered text."""
        async with self._showing:
            await self._pane.toggle_raw()

    async def forget(self, *, has_blogs: bool) -> None:
        """Show no blog, and ignore responses that are still to come."""
        self._subject = self._wanted = None
        async with self._showing:
            if self._subject is None:
                await self._pane.show_message(_HINT if has_blogs else "")

    async def _read(self, wanted: tuple[Generation, str, str]) -> None:
        """Read one blog and show it, unless another is selected by then."""
        generation, blog_id, _ = wanted
        found: Blog | str
        try:
            found = await self._session.read_blog(blog_id)
        except ApiError as error:
            found = _GONE if error.failure is Failure.MISSING else str(error)
        async with self._showing:
            if self._session.is_stale(generation) or self._wanted != wanted:
                return
            self._wanted = None
            await self._show(generation, found)

    async def _show(self, generation: Generation, found: Blog | str) -> None:
        if isinstance(found, str):
            await self._pane.show_message(found)
            return
        self._shown = generation
        await self._pane.show(found, focus=self._is_reading)
