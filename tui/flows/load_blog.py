"""Reads the selected blog, and shows it unless another is selected by then."""

from __future__ import annotations

import asyncio
from typing import Final

from tui.client.contract import ApiError, Blog, Failure, Summary
from tui.flows.worker import start
from tui.state.session import Generation, Session
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

    def is_shown(self, blog: Summary) -> bool:
        """Return True if this version is shown and was read since the last reload."""
        shown = self._pane.blog
        same = shown is not None and (shown.id, shown.version) == (blog.id, blog.version)
        return same and self._shown == self._session.generation()

    def begin(self, blog: Summary) -> None:
        """Read the blog, unless it is already shown or being read."""
        wanted = (self._session.generation(), blog.id, blog.version)
        if wanted != self._wanted and not self.is_shown(blog):
            self._subject, self._wanted = blog, wanted
            start(self._pane.screen, self._read(wanted))

    def renew(self) -> None:
        """Read the current blog again."""
        if self._subject:
            self.begin(self._subject)

    async def toggle_raw(self) -> None:
        """Switch between raw and rendered text."""
        async with self._showing:
            await self._pane.toggle_raw()

    async def forget(self) -> None:
        """Show no blog, and ignore responses that are still to come."""
        self._subject = self._wanted = None
        async with self._showing:
            if self._subject is None:
                await self._pane.show_message(_HINT)

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
        await self._pane.show(found, focus=self._pane.screen.has_class("reading"))
