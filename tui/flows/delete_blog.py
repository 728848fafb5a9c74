"""Deletes blogs after a delay in which the user can undo each deletion."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual.app import App

from tui.client.contract import ApiError, Blog, Failure, Summary
from tui.settings.values import BackendName
from tui.state.pending_deletions import PendingDeletion
from tui.state.session import Session
from tui.widgets.deletion_line import named


class DeleteFlow:
    """Runs pending deletions while the user continues to work."""

    def __init__(
        self, session: Session, changed: Callable[[], None], gone: Callable[[str], Awaitable[None]]
    ) -> None:
        self._session = session
        self._changed = changed
        """Called when a deletion starts or stops waiting."""
        self._gone = gone
        """Called with the id of a deleted blog."""

    async def carry_out(self, app: App[None], backend: BackendName, blog: Blog) -> None:
        """Delete this version of *blog* after the delay, unless the user undoes it."""
        deletion = self._session.deletions.begin(blog, backend)
        self._changed()
        delete = await self._session.deletions.wait(deletion)
        self._changed()
        if delete:
            await self._delete(app, deletion)
        else:
            app.notify(f"Deletion of {named(blog)} undone.")

    async def _delete(self, app: App[None], deletion: PendingDeletion) -> None:
        blog = deletion.blog
        try:
            await self._session.delete(deletion.backend, blog)
        except ApiError as error:
            if error.failure is Failure.MISSING:
                await self.drop_missing(app, blog)
            else:
                app.notify(f"{named(blog)} was not deleted. {error}", severity="error")
        else:
            app.notify(f"Deleted {named(blog)} from {deletion.backend.word}.")
            await self._gone(blog.id)

    async def drop_missing(self, app: App[None], blog: Summary) -> None:
        """Remove a blog that was already deleted elsewhere from the screen."""
        app.notify(f"{named(blog)} has already been deleted.")
        await self._gone(blog.id)
