"""Post, edit and delete: each key opens one screen or starts one deletion."""

from __future__ import annotations

from collections.abc import Callable, Coroutine

from textual.screen import Screen

from tui import text
from tui.client.contract import ApiError, Blog, Failure, Summary
from tui.dialogs.base import is_on_top
from tui.dialogs.choice import Choice, ChoiceScreen
from tui.flows.confirm import may_send
from tui.flows.delete_blog import DeleteFlow
from tui.flows.worker import start
from tui.state.draft_blog import DraftBlog, FormValues, form_values_of
from tui.state.drafts import SavedDraft
from tui.state.session import Session


class EditFlow:
    """Posts, edits and deletes for a screen."""

    def __init__(
        self,
        screen: Screen[None],
        session: Session,
        delete_flow: DeleteFlow,
        open_form: Callable[[DraftBlog, FormValues | None], None],
        show_drafts: Callable[[], None],
    ) -> None:
        self._screen = screen
        self._session = session
        self._delete_flow = delete_flow
        self._open_form = open_form
        """Shows the form; called with the blog to edit, and other values for its fields."""
        self._show_drafts = show_drafts
        """Called when a draft may have been discarded."""
        self._acting = False

    def act(self, work: Coroutine[None, None, None]) -> None:
        """Start *work* that opens a screen, unless such work is in progress."""
        if self._acting or not is_on_top(self._screen):
            work.close()
            return
        self._acting = True
        start(self._screen, self._act_out(work))

    async def _act_out(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        finally:
            self._acting = False
            self._show_drafts()

    def post(self) -> None:
        self.act(self._post())

    async def _post(self) -> None:
        """Offer unsaved drafts, newest first, then an empty form."""
        for kept in self._session.drafts.find(self._session.urls):
            answer = await self._offer(kept, Choice("n", "New blog"))
            if answer == "n":
                break
            if answer != "x":
                return
        self._open_form(DraftBlog(), None)

    async def _offer(self, kept: SavedDraft, *others: Choice) -> str | None:
        """Ask what to do with a draft; open or discard it."""
        question = text.line(f"{_described(kept)} was not saved. Continue editing?", 400)
        choices = [Choice("c", "Continue"), *others, Choice("x", "Discard", "danger")]
        answer = await self._screen.app.push_screen_wait(ChoiceScreen(question, choices))
        if answer == "c":
            self._session.writes.resume(kept.id)
            self._open_form(DraftBlog.of(kept), form_values_of(kept))
        elif answer == "x":
            self._session.drafts.delete(kept.id)
        return answer

    def edit(self, listed: Summary) -> None:
        if not self._is_being_deleted(listed):
            self.act(self._edit(listed))

    async def _edit(self, listed: Summary) -> None:
        """Read the blog again and edit that version, not the one shown."""
        for kept in self._session.drafts.find(self._session.urls):
            if kept.id == listed.id and await self._offer(kept) != "x":
                return
        asked = self._session.backend
        blog = await self._stored_now(listed)
        if not blog or not is_on_top(self._screen):
            return
        if self._session.backend == asked:
            self._open_form(DraftBlog(blog), None)
        else:  # the form would name another backend than the one the blog is from
            self._screen.notify(
                "The blog was not opened, because you switched the backend. Press e again."
            )

    def delete(self, listed: Summary) -> None:
        if not self._is_being_deleted(listed):
            self.act(self._delete(listed))

    async def _delete(self, listed: Summary) -> None:
        """Start the delay for the stored version; later versions are not deleted."""
        app, backend = self._screen.app, self._session.active
        blog = await self._stored_now(listed)
        if blog and await may_send(app, self._session, backend):
            start(self._screen, self._delete_flow.carry_out(app, backend, blog))

    def _is_being_deleted(self, blog: Summary) -> bool:
        """Return True if a deletion is pending, and show the keys to undo or send it."""
        if self._session.deletions.of(blog.id) is None:
            return False
        self._screen.notify(
            "This blog is waiting to be deleted. Press u to undo, or D to delete it now."
        )
        return True

    async def _stored_now(self, listed: Summary) -> Blog | None:
        """Read the blog; on failure show the error and return None. Remove a deleted blog."""
        try:
            return await self._session.read_blog(listed.id)
        except ApiError as error:
            if error.failure is Failure.MISSING:
                await self._delete_flow.drop_missing(self._screen.app, listed)
            else:
                self._screen.notify(str(error), severity="error")
            return None


def _described(kept: SavedDraft) -> str:
    what = "Your edit of" if kept.base else "Your new blog"
    moment = text.row(kept.kept_at)[:16].replace("T", " ")
    return f"{what} “{text.title(kept.title, 60)}” from {moment} UTC"
