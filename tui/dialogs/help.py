"""The help: every key, and what the words on the screens mean."""

from __future__ import annotations

import textwrap
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.dialogs.base import ClosesOnce

KEYS: Final[tuple[tuple[str, str], ...]] = (
    ("up down  j k", "move in the list; page up, page down, home, end too"),
    ("/", "search what is loaded: title, author, start of an id"),
    ("s  f", "sort: by date, author or title; only this author, or all again"),
    ("a  end", "load all blogs; end goes to the last (esc or the same key stops)"),
    ("enter", "read the blog"),
    ("v  c", "raw text or rendered; copy contents, id or link"),
    ("o", "open a link of the blog that is shown"),
    ("tab", "go from pane to pane"),
    ("home  end", "in a question or a pane that is long; page up, page down too"),
    ("n", "write a new blog"),
    ("e", "edit the blog"),
    ("d", "delete the blog in 5 seconds; u keeps it, D deletes it now"),
    ("r", "reload from the backend"),
    ("t  F2", "switch between FUNCTIONS and CONTAINERS (F2 also while typing)"),
    ("l", "show or hide the request log"),
    ("L", "request log in full: filter, send again, copy as curl, export"),
    ("B", "both backends: one request to each, times and differences"),
    ("C", "connections: every setting and its source, other stacks and local clouds"),
    ("m", "metrics: r refresh, p or 1 to 5 period, a each minute, c chart"),
    ("esc  q  ctrl+g", "go back; q in the list quits"),
    ("ctrl+s", "save what you write"),
    ("F3  F4", "while writing: preview; your own editor ($VISUAL, $EDITOR)"),
    ("ctrl+o", "jump: a letter over everything that takes keys goes there"),
    ("ctrl+p", "menu: all of this by name, and themes (remembered)"),
    ("ctrl+z", "suspend (fg brings it back); in Contents: undo"),
    ("ctrl+c  ctrl+q", "quit from anywhere"),
    ("?  F1", "this help, from everywhere (F1 also while typing)"),
)
_WIDTH: Final = 68  # what the dialog has room for
_NOTES: Final = (
    "Both backends serve the same blogs from one table. The line on top says which one is asked. "
    "In the request log, cold means that the backend had to start first, warm that it was "
    "running. The mouse works too: what the last line names can be clicked, Menu has the rest, and "
    "a click beside a dialog turns away. Hold shift to select text with it."
)


class HelpScreen(ModalScreen[None], ClosesOnce[None]):
    """Shows the keys until any way back is taken."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,ctrl+g,question_mark", "dismiss(None)", "Back"),
        Binding("ctrl+c", "app.quit", show=False),  # a dialog hides the app's own keys
        Binding("ctrl+z", "app.suspend_process", show=False),
    ]

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help"):
            yield Static(_table(), id="keys")
            yield Static(Content(_NOTES))

    def on_mount(self) -> None:
        self.query_one("#help").focus()

    def on_click(self, event: events.Click) -> None:  # noqa: ARG002 -- the base wants it
        """Go back by a click anywhere: there may be no room beside the text."""
        self.dismiss(None)


def _table() -> Content:
    width = max(len(keys) for keys, _ in KEYS) + 2
    lines = []
    for keys, meaning in KEYS:
        first, *rest = textwrap.wrap(meaning, _WIDTH - width)
        lines.append(Content.assemble((keys.ljust(width), "bold"), first))
        lines += [Content(" " * width + words) for words in rest]
    return Content("\n").join(lines)
