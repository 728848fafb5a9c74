"""Creates the sample blogs, one after the other, and reports what was created."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import App

from tui import text
from tui.client.contract import ApiError, Blog, Draft
from tui.client.writes import new_id
from tui.flows.confirm import may_send
from tui.settings.values import BackendName
from tui.state.samples import AUTHOR, SAMPLES
from tui.state.session import Session


class SampleFlow:
    """Creates the sample blogs on the active backend; after a failure, the rest can follow."""

    def __init__(
        self, session: Session, stored: Callable[[Blog], None], changed: Callable[[], None]
    ) -> None:
        self._session = session
        self._stored = stored
        """Called with each blog that was created."""
        self._changed = changed
        """Called when the progress changes."""
        # The ids are kept, so that a blog whose response was lost is not created twice.
        self._left = _drafts()
        self._runs = False
        self._is_stopped = False

    @property
    def is_begun(self) -> bool:
        """True if some of the sample blogs have been created, but not all."""
        return 0 < len(self._left) < len(SAMPLES)

    @property
    def progress(self) -> str:
        """The progress while blogs are created, otherwise ""."""
        if not self._runs or self._is_stopped:
            return ""
        return f"Creating sample blogs: {self._done} of {len(SAMPLES)} (esc stops)"

    @property
    def _done(self) -> int:
        return len(SAMPLES) - len(self._left)

    def stop(self) -> None:
        """Stop after the blog that is being created."""
        self._is_stopped = True
        self._changed()

    async def create(self, app: App[None]) -> None:
        """Create the blogs that are missing, or all of them if none is. If it stops, continue."""
        self._is_stopped = False
        if self._runs:
            self._changed()
            return
        self._runs = True
        self._left = self._left or _drafts()
        backend = self._session.active
        try:
            if await may_send(app, self._session, backend):
                await self._create_rest(app, backend)
        finally:
            self._runs = False
            self._changed()

    async def _create_rest(self, app: App[None], backend: BackendName) -> None:
        urls = self._session.urls  # another deployment may be connected before the last one
        try:
            while self._left and not self._is_stopped and self._session.urls == urls:
                self._changed()
                result = await self._session.create(backend, self._left[0])
                del self._left[0]
                self._stored(result.blog)
        except ApiError as error:
            app.notify(self._result(str(error)), severity="error")
        else:
            app.notify(self._result())

    def _result(self, problem: str = "") -> str:
        created = f"Created {self._done} of {text.count(len(SAMPLES), 'sample blog')}."
        next_step = "Press S to create the rest." if self._left else ""
        return " ".join(filter(None, (created, problem, next_step)))


def _drafts() -> list[Draft]:
    return [
        Draft(id=new_id(), title=sample.title, author=AUTHOR, contents=sample.contents)
        for sample in reversed(SAMPLES)
    ]
