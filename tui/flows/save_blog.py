"""Saves a form, and offers to try again after a failure."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import App

from tui import text
from tui.client.contract import ApiError, Blog, Draft, Failure
from tui.client.writes import WriteResult
from tui.dialogs.choice import Choice, ChoiceScreen
from tui.dialogs.conflict import ConflictScreen, TakenScreen
from tui.flows.confirm import confirm_plain_http
from tui.settings.values import BackendName
from tui.state.draft_blog import DraftBlog, FormValues
from tui.state.session import Session


class SaveFlow:
    """One save of a form: every attempt goes to the backend that was active at the start."""

    def __init__(self, app: App[None], session: Session, say: Callable[[str], None]) -> None:
        self._app = app
        self._session = session
        self._backend: BackendName = session.active
        self._say = say

    async def save(self, draft_blog: DraftBlog, texts: FormValues) -> Blog | None:
        """Return the stored blog; if nothing was stored, show the reason and return None."""
        if draft_blog.loses(texts) and not await self._ask(
            "Save with the replaced characters?", "s", "Save"
        ):
            return None
        while True:
            try:
                self._say(f"Saving on {self._backend.word} …")
                written = await self._send(draft_blog, draft_blog.draft(texts))
            except ApiError as error:
                self._say(str(error))
                if not await self._recovers(draft_blog, texts, error):
                    return None
            else:
                title = text.title(written.blog.title, 60)
                self._app.notify(f"Saved “{title}” on {self._backend.word}.")
                return written.blog

    async def _send(self, draft_blog: DraftBlog, draft: Draft) -> WriteResult:
        if draft_blog.is_new:
            return await self._session.create(self._backend, draft)
        return await self._session.replace(self._backend, draft, draft_blog.etag)

    async def _recovers(self, draft_blog: DraftBlog, texts: FormValues, error: ApiError) -> bool:
        """Ask the user how to continue; return True for another attempt."""
        if error.failure is Failure.MISSING and not draft_blog.is_new:
            if await self._ask("The blog has been deleted.", "p", "Post as a new blog"):
                draft_blog.detach()
            return draft_blog.is_new
        if error.failure is Failure.TAKEN:  # the client made the id, so the user cannot change it
            self._say(
                f"A blog with this id already exists on {self._backend.word} (409). "
                "Save again to compare."
            )
        if error.failure in {Failure.TAKEN, Failure.CHANGED}:
            return await self._settle(draft_blog, texts)
        return await confirm_plain_http(self._app, self._session, self._backend, error)

    async def _settle(self, draft_blog: DraftBlog, texts: FormValues) -> bool:
        """Show both versions; return True to save the user's version."""
        try:
            theirs = await self._session.read_blog(draft_blog.id, self._backend)
        except ApiError as error:
            self._say(str(error))
            return False
        screen = TakenScreen if draft_blog.is_new else ConflictScreen
        asked = screen(self._session, self._backend, draft_blog.draft(texts), theirs)
        answer = await self._app.push_screen_wait(asked)
        if answer == "mine":
            draft_blog.rebase(theirs)  # replace only the version that the user has seen
        elif answer == "theirs":
            draft_blog.restart(theirs)
            self._say("The form now shows the saved version.")
        elif answer == "both":
            draft_blog.detach()
        return answer in {"mine", "both"}

    async def _ask(self, question: str, key: str, label: str) -> bool:
        screen = ChoiceScreen(text.line(question), [Choice(key, label)])
        return await self._app.push_screen_wait(screen) == key
