"""Stores what is written, as often as the person decides to after a failure."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual.app import App

from tui import text
from tui.client.contract import Api, ApiError, Blog, Failure
from tui.client.writes import WriteResult
from tui.manuscript import Manuscript, Texts
from tui.screens.agreement import accepts_plain_http
from tui.screens.choice import Choice, ChoiceScreen
from tui.screens.conflict import ConflictScreen, TakenScreen
from tui.session import Session
from tui.settings.values import BackendName


class Saving:
    """One save of a form: every attempt goes to the backend where it was begun."""

    def __init__(self, app: App[None], session: Session, say: Callable[[str], None]) -> None:
        self._app = app
        self._session = session
        self._kind: BackendName = session.active
        self._say = say

    async def save(self, manuscript: Manuscript, texts: Texts) -> Blog | None:
        """Give what is stored then; None when nothing was, with the reason said."""
        if manuscript.loses(texts) and not await self._ask(
            "Save with the replaced characters?", "s", "Save"
        ):
            return None
        while True:
            try:
                self._say(f"Saving on {self._kind.word} …")
                api = await self._session.api(self._kind)
                written = await self._session.write(api, self._request(manuscript, texts))
            except ApiError as error:
                self._say(str(error))
                if not await self._recovers(manuscript, texts, error):
                    return None
            else:
                title = text.title(written.blog.title, 60)
                self._app.notify(f"Saved “{title}” on {self._kind.word}.")
                return written.blog

    def _request(
        self, manuscript: Manuscript, texts: Texts
    ) -> Callable[[Api], Awaitable[WriteResult]]:
        draft, etag, writes = manuscript.draft(texts), manuscript.etag, self._session.writes
        if manuscript.is_new:
            return lambda api: writes.create(api, draft)
        return lambda api: writes.replace(api, draft, etag)

    async def _recovers(self, manuscript: Manuscript, texts: Texts, error: ApiError) -> bool:
        """Let the person decide where there is something to decide; true is another attempt."""
        if error.failure is Failure.MISSING and not manuscript.is_new:
            if await self._ask("The blog was deleted meanwhile.", "p", "Post this as a new one"):
                manuscript.detach()
            return manuscript.is_new
        if error.failure is Failure.TAKEN:  # nobody has chosen the id, so none can be changed
            self._say(f"{self._kind.word} has this blog already (409): save again to compare.")
        if error.failure in {Failure.TAKEN, Failure.CHANGED}:
            return await self._settle(manuscript, texts)
        return await accepts_plain_http(self._app, self._session, self._kind, error)

    async def _settle(self, manuscript: Manuscript, texts: Texts) -> bool:
        """Show both versions; gives whether to store what is written all the same."""
        try:
            theirs = await (await self._session.api(self._kind)).read(manuscript.id)
        except ApiError as error:
            self._say(str(error))
            return False
        screen = TakenScreen if manuscript.is_new else ConflictScreen
        asked = screen(self._session, self._kind, manuscript.draft(texts), theirs)
        answer = await self._app.push_screen_wait(asked)
        if answer == "mine":
            manuscript.rebase(theirs)  # only over what was shown, not over whatever comes next
        elif answer == "theirs":
            manuscript.restart(theirs)
            self._say("This is what is stored now.")
        elif answer == "both":
            manuscript.detach()
        return answer in {"mine", "both"}

    async def _ask(self, question: str, key: str, label: str) -> bool:
        screen = ChoiceScreen(text.line(question), [Choice(key, label)])
        return await self._app.push_screen_wait(screen) == key
