"""The form of the lab: how to compare both backends under load."""

from __future__ import annotations

import asyncio
import secrets
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from lab.compare_settings import ComparisonSettings, InvalidSettings
from tui import text
from tui.dialogs.base import ClosesOnce, is_on_top, is_open
from tui.flows.compare_backends import CompareFlow
from tui.flows.worker import start
from tui.screens.lab_result import LabResultScreen
from tui.screens.lab_run import LabRunScreen
from tui.settings.values import SettingsError
from tui.state import lab_form
from tui.state.lab_form import LabForm
from tui.state.lab_run import LabRun
from tui.state.session import Session
from tui.text import Safe
from tui.widgets.backend_label import BackendLabel
from tui.widgets.few_lines import FewLines
from tui.widgets.form_row import FormRow
from tui.widgets.key_footer import KeyFooter
from tui.widgets.line_field import LineField
from tui.widgets.pane import set_title

_ABOUT: Final = Safe(
    "The lab sends the same kinds of requests to FUNCTIONS and CONTAINERS, in turns of a few "
    "seconds, and measures every response. Then it shows which backend is faster, by how much, "
    "and whether the difference is more than chance. It creates blogs of its own, and removes "
    "them at the end. You can stop at any time."
)


class LabScreen(ClosesOnce[None]):
    """Sets up a comparison, and starts it."""

    CSS_PATH = "lab.tcss"
    BINDING_GROUP_TITLE = "Lab"
    AUTO_FOCUS = "#rate"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 -- as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (12, "-normal")]  # noqa: RUF012 -- same
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "start", "Start", priority=True),
        Binding("f3", "last_result", "Last result", priority=True),
        Binding("f6", "app.cost", "Cost", priority=True),
        Binding("f1", "app.help", "Help", priority=True),  # ? is a character here
        Binding("escape,ctrl+g", "dismiss(None)", "Back", key_display="esc"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._flow = CompareFlow(session)
        self._seed = secrets.randbits(32)
        self._form = LabForm.of(lab_form.DEFAULTS, seed=self._seed)
        self._planning = False
        self._starting = False

    def compose(self) -> ComposeResult:
        yield BackendLabel(note="lab")
        with Vertical(id="fields"):
            for each in lab_form.FIELDS:
                field = LineField(each.default, id=each.name, compact=True)
                yield FormRow(Safe(each.label), field, Safe(each.about))
        yield FewLines(id="announcement")
        yield FewLines(id="status")
        yield Static(Content(_ABOUT), id="about")
        yield KeyFooter()

    def on_mount(self) -> None:
        self.app.clear_notifications()  # they would cover the text
        set_title(self.query_one("#fields"), Safe("Compare both backends under load"))
        self._session.on_change()  # fills the label
        self._say("")
        self._changed()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "last_result":
            return self._session.last_comparison is not None
        return super().check_action(action, parameters)

    # Form.

    def on_input_changed(self) -> None:
        self._changed()

    def _changed(self) -> None:
        """Show what is not valid, and announce the comparison."""
        rows = {row.field.id or "": row for row in self.query(FormRow)}
        values = {name: row.field.value for name, row in rows.items()}
        self._form = LabForm.of(values, seed=self._seed)
        for name, row in rows.items():
            problem = self._form.problems.get(name)
            row.show(None if problem is None else text.line(problem))
        if not self._planning:
            self._planning = True
            start(self, self._announce())

    async def _announce(self) -> None:
        """Plan the latest settings, and show what the plan does."""
        planned = None
        try:
            while planned is not self._form and is_open(self):
                planned = self._form
                words = await self._announcement(planned)
                if planned is self._form:
                    self.query_one("#announcement", FewLines).show(text.line(words, 900))
        finally:
            self._planning = False

    async def _announcement(self, form: LabForm) -> str:
        if form.settings is None:
            return ""
        try:
            comparison = await asyncio.to_thread(self._flow.prepare, form.settings)
        except (InvalidSettings, SettingsError) as error:
            return str(error)
        return comparison.announcement.sentence

    # Start.

    def action_start(self) -> None:
        settings = self._form.settings
        if settings is None or self._starting or not is_on_top(self):
            self.app.bell()
            return
        self._starting = True
        start(self, self._start(settings))

    async def _start(self, settings: ComparisonSettings) -> None:
        self._say("Checking both backends …")
        try:
            comparison = await asyncio.to_thread(self._flow.prepare, settings)
            run = await self._flow.start(self.app, comparison, lambda: is_open(self))
        except (InvalidSettings, SettingsError) as error:
            self._say(str(error))
            return
        finally:
            self._starting = False
        self._say("")
        if run:
            self.app.push_screen(LabRunScreen(self._session, run), self._ended)

    def _ended(self, run: LabRun | None) -> None:
        """Show the result, or why there is none."""
        self.refresh_bindings()
        if run is None:
            return
        self._say(run.problem)
        if run.finished:
            self._session.keep(run.finished)
            self.action_last_result()

    def action_last_result(self) -> None:
        found = self._session.last_comparison
        if found:
            self.app.push_screen(LabResultScreen(self._session, found))

    def _say(self, words: str) -> None:
        if is_open(self):
            status = self.query_one("#status", FewLines)
            status.display = bool(words)
            status.show(text.line(words, 900))
