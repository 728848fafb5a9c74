"""The help: the keys of one screen, and the terms on all screens."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from tui.dialogs.base import DIALOG_KEYS, Dialog
from tui.widgets import key_table

_WIDEST: Final = 96
_FRAME: Final = 8  # border, padding and scroll bar
_NOTES: Final = (
    "Cold: the backend had to start first; warm: it was running. "
    "With the mouse, click an action in the last line; hold shift to select text."
)


class HelpScreen(Dialog[None]):
    """Show the keys of *screen* until the user closes the help."""

    CSS_PATH = "help.tcss"
    BINDING_GROUP_TITLE = "Help"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,ctrl+g,question_mark", "dismiss(None)", "Back"),
        *DIALOG_KEYS,
    ]

    def __init__(self, screen: Screen[Any]) -> None:
        super().__init__()
        self.groups = key_table.groups_of(screen)
        """The keys that were active when the help was opened."""

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help"):
            yield Static(self._table(self.app.size.width), id="keys")
            yield Static(Content(_NOTES))

    def on_mount(self) -> None:
        self.query_one("#help").focus()

    def on_resize(self, event: events.Resize) -> None:
        for keys in self.query("#keys").results(Static):  # none before the first layout
            keys.update(self._table(event.size.width))

    def _table(self, width: int) -> Content:
        lines = key_table.lines(self.groups, min(_WIDEST, width) - _FRAME)
        return Content("\n").join(lines)

    def on_click(self, event: events.Click) -> None:  # noqa: ARG002 -- the base wants it
        """Close on a click anywhere: the text may fill the screen."""
        self.dismiss(None)
