"""What keys do that write: each opens one screen or begins one deletion, however often pressed."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial

from textual.screen import Screen

from tui.contract import ApiError, Blog, Failure, Summary
from tui.screens.deleting import Deleting
from tui.screens.form import FormScreen
from tui.screens.work import is_on_top, start
from tui.session import Session


class Writing:
    """Posts, edits and deletes for a screen."""

    def __init__(
        self,
        screen: Screen[None],
        session: Session,
        deleting: Deleting,
        stored: Callable[[Blog, str | None], None],
    ) -> None:
        self._screen = screen
        self._session = session
        self._deleting = deleting
        self._tell_stored = stored
        """Called with a blog that was stored, and the id of the one that was edited for it."""
        self._acting = False

    def act(self, work: Coroutine[None, None, None]) -> None:
        """Begin what ends in another screen, unless something of the kind has begun."""
        if self._acting or not is_on_top(self._screen):
            work.close()
            return
        self._acting = True
        start(self._screen.app, self._act_out(work))

    async def _act_out(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        finally:
            self._acting = False

    def post(self) -> None:
        if is_on_top(self._screen) and not self._acting:
            self._open(FormScreen(self._session), None)

    def _open(self, form: FormScreen, edited: str | None) -> None:
        self._screen.app.push_screen(form, partial(self._stored, edited=edited))

    def _stored(self, blog: Blog | None, edited: str | None) -> None:
        if blog:
            self._tell_stored(blog, edited)

    def edit(self, listed: Summary) -> None:
        if not self._is_being_deleted(listed):
            self.act(self._edit(listed))

    async def _edit(self, listed: Summary) -> None:
        """Edit what is stored now, not what was read some time ago."""
        blog = await self._stored_now(listed)
        if blog and is_on_top(self._screen):
            self._open(FormScreen(self._session, blog), blog.id)

    def delete(self, listed: Summary) -> None:
        if not self._is_being_deleted(listed):
            self.act(self._delete(listed))

    async def _delete(self, listed: Summary) -> None:
        """Let the time run for what is stored now, and for nothing that comes after."""
        app, kind = self._screen.app, self._session.active
        blog = await self._stored_now(listed)
        if blog and await self._deleting.is_allowed(app, kind):
            start(app, self._deleting.carry_out(app, kind, blog))

    def _is_being_deleted(self, blog: Summary) -> bool:
        """Tell, and say what can be done about it."""
        if self._session.deletions.of(blog.id) is None:
            return False
        self._screen.notify("This blog is being deleted: u keeps it, D deletes it now.")
        return True

    async def _stored_now(self, listed: Summary) -> Blog | None:
        """Read the blog; when that fails, say so and give None. One that is gone is dropped."""
        try:
            return await self._session.read(lambda api: api.read(listed.id))
        except ApiError as error:
            if error.failure is Failure.MISSING:
                await self._deleting.drop_missing(self._screen.app, listed)
            else:
                self._screen.notify(str(error), severity="error")
            return None
