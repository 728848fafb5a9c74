"""The help: every key, and the terms on the screens."""

from __future__ import annotations

import textwrap
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.dialogs.base import Dialog

KEYS: Final[tuple[tuple[str, str], ...]] = (
    ("up down  j k", "move in the list; page up, page down, home, end too"),
    ("/", "search the loaded blogs: title, author, start of the id"),
    ("s  f", "sort by date, author or title; show this author only, or all"),
    ("a  end", "load all blogs; end also goes to the last one (esc stops)"),
    ("enter", "read the blog"),
    ("v  c", "raw or rendered text; copy contents, id or link"),
    ("o", "open a link in the blog"),
    ("tab", "go to the next pane"),
    ("home  end", "scroll a pane or a long question; page up, page down too"),
    ("n", "write a new blog"),
    ("e", "edit the blog"),
    ("d", "delete the blog after 5 seconds; u undoes, D deletes now"),
    ("r", "reload the list"),
    ("t  F2", "switch between FUNCTIONS and CONTAINERS (F2 also while typing)"),
    ("l", "show or hide the request log"),
    ("L", "full request log: filter, send again, copy as curl, export"),
    ("B", "send one request to both backends, and compare"),
    ("C", "connections: all settings and their sources; connect to another stack"),
    ("m", "metrics: r refresh, a auto-refresh, p or 1 to 5 period, c chart"),
    ("esc  q  ctrl+g", "go back; q in the list quits"),
    ("ctrl+s", "save the blog"),
    ("F3  F4", "in the form: preview; open your editor ($VISUAL, $EDITOR)"),
    ("ctrl+o", "jump mode: press a letter to move the focus"),
    ("ctrl+p", "menu: all actions by name, and themes"),
    ("ctrl+z", "suspend (fg resumes); in Contents: undo"),
    ("ctrl+c  ctrl+q", "quit from anywhere"),
    ("?  F1", "this help (F1 also while typing)"),
)
_WIDTH: Final = 68  # columns available in the dialog
_NOTES: Final = (
    "Both backends serve the same blogs from one table. The top line shows the active backend. "
    "In the request log, cold means that the backend had to start first; warm means that it was "
    "already running. You can use the mouse: click an action in the last line, or Menu for all "
    "actions. Click outside a dialog to close it. Hold shift to select text."
)


class HelpScreen(Dialog[None]):
    """Show the keys until the user closes the help."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,ctrl+g,question_mark", "dismiss(None)", "Back"),
    ]

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help"):
            yield Static(_table(), id="keys")
            yield Static(Content(_NOTES))

    def on_mount(self) -> None:
        self.query_one("#help").focus()

    def on_click(self, event: events.Click) -> None:  # noqa: ARG002 -- the base wants it
        """Close on a click anywhere: the text may fill the screen."""
        self.dismiss(None)


def _table() -> Content:
    width = max(len(keys) for keys, _ in KEYS) + 2
    lines = []
    for keys, meaning in KEYS:
        first, *rest = textwrap.wrap(meaning, _WIDTH - width)
        lines.append(Content.assemble((keys.ljust(width), "bold"), first))
        lines += [Content(" " * width + words) for words in rest]
    return Content("\n").join(lines)
