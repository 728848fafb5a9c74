"""All settings with their sources, and the deployments to connect to."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui import text
from tui.dialogs.base import ClosesOnce
from tui.flows.worker import start
from tui.settings.backends import Backends
from tui.settings.connections import Candidate
from tui.settings.preferences import Setting
from tui.settings.values import DEFAULT_SOURCE, SettingsError
from tui.state.session import Session
from tui.text import Safe
from tui.widgets.backend_label import BackendLabel
from tui.widgets.few_lines import FewLines
from tui.widgets.key_footer import KeyFooter
from tui.widgets.options import Options
from tui.widgets.pane import set_title

_ORDER: Final = "Precedence: option, environment variable, configuration file, default."


class _CandidateOption(Option):
    """An option that keeps its candidate, even if the list changes before it is chosen."""

    def __init__(self, candidate: Candidate) -> None:
        super().__init__(Content(text.line(candidate.name)))
        self.candidate = candidate


class ConnectionsScreen(ClosesOnce[Backends | None]):
    """Return the backends to connect to, or None."""

    CSS_PATH = "connections.tcss"
    BINDING_GROUP_TITLE = "Connections"
    AUTO_FOCUS = "#candidates"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 -- as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (12, "-normal")]  # noqa: RUF012 -- same
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,ctrl+g", "dismiss(None)", "Back", key_display="q"),
        Binding("r", "look", "Refresh"),
        Binding("t", "app.switch", "Switch", tooltip="other backend"),
        Binding("question_mark", "app.help", "Help", key_display="?"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._connecting = False
        self._asking = False

    def compose(self) -> ComposeResult:
        yield BackendLabel(note="connections")
        with VerticalScroll(id="settings"):
            yield Static(_table(self._session.connections.settings(self._session.backends)))
        yield Static(Content(_ORDER), id="order")
        yield Options(id="candidates", markup=False)
        yield FewLines(id="status")
        yield KeyFooter()

    def on_mount(self) -> None:
        self.app.clear_notifications()  # they would cover the settings
        self._session.on_change()  # fills the label
        set_title(self.query_one("#settings"), Safe("Settings"))
        set_title(self.query_one("#candidates"), Safe("Connect to (enter)"))
        self.action_look()

    def action_look(self) -> None:
        """Refresh the list: local clouds at once, Pulumi's stacks when Pulumi has responded."""
        if self._asking:
            return
        self._asking = True
        self._show(self._session.connections.running())
        self._say("Reading stacks from Pulumi …")
        start(self, self._ask_pulumi())

    async def _ask_pulumi(self) -> None:
        try:
            found = await asyncio.to_thread(self._session.connections.deployed)
        except SettingsError as error:
            self._say(str(error))
            return
        finally:
            self._asking = False
        self._show([*self._session.connections.running(), *found])
        if not self._connecting:
            self._say("" if found else "Pulumi has no stacks for this project.")

    def _show(self, candidates: list[Candidate]) -> None:
        options = self.query_one("#candidates", Options)
        kept = options.highlighted
        options.set_options(map(_CandidateOption, candidates))
        options.highlighted = min(kept or 0, len(candidates) - 1)

    def _say(self, words: str) -> None:
        self.query_one("#status", FewLines).show(text.line(words, 900))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if not self._connecting and isinstance(event.option, _CandidateOption):
            self._connecting = True
            start(self, self._connect(event.option.candidate))

    async def _connect(self, candidate: Candidate) -> None:
        """Find the backends; on failure nothing changes."""
        self._say(f"Connecting to {candidate.name} …")
        try:
            self.withdraw(await asyncio.to_thread(candidate.find))
        except SettingsError as error:
            self._say(str(error))
        finally:
            self._connecting = False


def _table(settings: Sequence[Setting]) -> Content:
    width = max(len(setting.name) for setting in settings) + 2
    return Content("\n").join(map(partial(_row, width), settings))


def _row(width: int, setting: Setting) -> Content:
    source = {"-": "", DEFAULT_SOURCE: "  default"}.get(
        setting.source, f"  from {text.line(setting.source)}"
    )
    return Content.assemble(
        (setting.name.ljust(width), "bold"), text.line(setting.value), (source, "$text-muted")
    )
