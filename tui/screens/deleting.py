"""Deletes blogs after a while in which each can be kept, and says how the time runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual.app import App
from textual.content import Content
from textual.widgets import Static

from tui import text
from tui.client.contract import ApiError, Blog, Failure, Summary
from tui.screens.agreement import accepts_plain_http
from tui.settings.values import BackendName
from tui.state.pending_deletions import PendingDeletion
from tui.state.session import Session


class DeletionLine(Static):
    """What is about to be deleted, when, and how to keep it; nothing when nothing is."""

    DEFAULT_CSS = """
    DeletionLine { height: 1; display: none; padding: 0 1; }
    DeletionLine { text-wrap: nowrap; text-overflow: ellipsis; }
    DeletionLine { background: $error; color: $text; }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)

    async def on_click(self) -> None:
        """Keep it, as the key does that stands here."""
        await self.run_action("screen.undo")

    def show(self, waiting: list[PendingDeletion]) -> None:
        self.display = bool(waiting)
        if waiting:
            self.update(Content(text.line(_words(waiting))))


def _words(waiting: list[PendingDeletion]) -> str:
    if len(waiting) > 1:
        soonest = min(deletion.seconds for deletion in waiting)
        return f"Deleting {len(waiting)} blogs, the next in {soonest} s (u keeps, D deletes now)"
    deletion = waiting[0]
    # The keys come first: a long title is cut, and toasts cover the right.
    return (
        f"Deleting in {deletion.seconds} s (u keeps it, D deletes it now): "
        f"{_named(deletion.blog)} from {deletion.kind.word}"
    )


class Deleting:
    """Carries deletions out, whatever the person does meanwhile."""

    def __init__(
        self, session: Session, changed: Callable[[], None], gone: Callable[[str], Awaitable[None]]
    ) -> None:
        self._session = session
        self._changed = changed
        """Called when one begins to wait, and when it no longer does."""
        self._gone = gone
        """Called with the id of a blog that is no more."""

    async def is_allowed(self, app: App[None], kind: BackendName) -> bool:
        """Ask now what would otherwise be asked in the middle of something else."""
        try:
            await self._session.check_permission(kind)
        except ApiError as error:
            if error.failure is not Failure.PLAIN_HTTP:
                app.notify(str(error), severity="error")
            return await accepts_plain_http(app, self._session, kind, error)
        return True

    async def carry_out(self, app: App[None], kind: BackendName, blog: Blog) -> None:
        """Delete *blog* as it is now when its time is up, unless it is kept."""
        deletion = self._session.deletions.begin(blog, kind)
        self._changed()
        delete = await self._session.deletions.wait(deletion)
        self._changed()
        if delete:
            await self._delete(app, deletion)
        else:
            app.notify(f"Kept {_named(blog)}.")

    async def _delete(self, app: App[None], deletion: PendingDeletion) -> None:
        blog = deletion.blog
        try:
            await self._session.delete(deletion.kind, blog)
        except ApiError as error:
            if error.failure is Failure.MISSING:
                await self.drop_missing(app, blog)
            else:
                app.notify(f"{_named(blog)} was not deleted. {error}", severity="error")
        else:
            app.notify(f"Deleted {_named(blog)} from {deletion.kind.word}.")
            await self._gone(blog.id)

    async def drop_missing(self, app: App[None], blog: Summary) -> None:
        """Show a blog no more that somebody else deleted."""
        app.notify(f"{_named(blog)} was deleted already.")
        await self._gone(blog.id)


def _named(blog: Summary) -> str:
    return f"“{text.title(blog.title, 60)}”"
