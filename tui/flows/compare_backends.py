"""Prepares a comparison of the lab, and starts it after the questions that it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from textual.app import App

from lab.compare import Comparison
from lab.compare_settings import ComparisonSettings
from lab.compare_steps import Steps
from lab.load.journal import unfinished
from tui import text
from tui.client import left_blogs, measured
from tui.client.contract import ApiError
from tui.client.failures import READ_ONLY
from tui.dialogs.choice import Choice, ChoiceScreen
from tui.flows.confirm import may_send
from tui.settings.values import BackendName
from tui.state.lab_run import LabRun
from tui.state.session import Session

_COMMAND: Final = "blogs (the lab of the app)"


class CompareFlow:
    """Starts comparisons of the backends of the session."""

    steps: Steps | None = None
    """What replaces the load generator in tests."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._folder = measured.folder(session.environ)

    def prepare(self, settings: ComparisonSettings) -> Comparison:
        """Plan a comparison. This can take a second.

        Raises:
            SettingsError: a backend is missing.
            InvalidSettings: there is no plan for these settings.

        """
        place = measured.place(self._session.backends, _COMMAND, given_urls=True)
        return Comparison(settings, place, self._folder, self.steps)

    async def start(
        self, app: App[None], comparison: Comparison, is_wanted: Callable[[], bool]
    ) -> LabRun | None:
        """Start *comparison*; return None if the user or a backend does not allow it.

        Nothing is sent either if it is not wanted any more after the checks, which take time.
        """
        try:
            if not await self._is_allowed(app, comparison):
                return None
        except ApiError as error:
            app.notify(str(error), severity="error")
            return None
        await self._offer_clean_up(app, comparison)
        if not is_wanted():
            return None
        run = LabRun(comparison)
        self._session.lab_run = run
        app.run_worker(run.run(), group="lab")
        return run

    async def _is_allowed(self, app: App[None], comparison: Comparison) -> bool:
        if comparison.writes and self._session.read_only:
            app.notify(f"A comparison reads blogs that it posts. {READ_ONLY}", severity="warning")
            return False
        if not (self._session.backends.outputs or await self._is_confirmed(app)):
            return False
        if comparison.writes and not await self._may_write(app):
            return False
        for name in BackendName:
            await self._session.check_load(name, comparison.check_id, writes=comparison.writes)
        return True

    async def _is_confirmed(self, app: App[None]) -> bool:
        """Ask before load is sent to URLs that do not come from a stack or a local cloud."""
        urls = " and ".join(self._session.urls)
        question = text.line(f"Send load to {urls}? Only do this if they are yours.", 900)
        screen = ChoiceScreen(question, [Choice("y", "Send", "danger")])
        answer = await app.push_screen_wait(screen)
        return answer is not None

    async def _offer_clean_up(self, app: App[None], comparison: Comparison) -> None:
        """Offer to remove the blogs that earlier comparisons of these backends left."""
        targets = comparison.place.targets
        for run in unfinished(self._folder):
            if not run.used(targets):
                continue
            found = left_blogs.found(run)
            if self._session.read_only:
                app.notify(text.line(f"{found} {READ_ONLY}", 900), severity="warning")
                return
            question = text.line(f"{found} Remove them now?")
            answer = await app.push_screen_wait(ChoiceScreen(question, [Choice("y", "Remove")]))
            if answer and await self._may_write(app):
                app.notify(await left_blogs.remove(run, targets))

    async def _may_write(self, app: App[None]) -> bool:
        """Return whether writes may be sent to both backends, after a question if needed."""
        for name in BackendName:
            if not await may_send(app, self._session, name):
                return False
        return True
