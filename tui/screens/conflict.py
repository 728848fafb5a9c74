"""Both versions of a blog that was stored while one wrote, and the question which is to stay."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from tui import text
from tui.contract import Blog, Draft
from tui.screens.closing import ClosesOnce
from tui.widgets.drawn_text import RawText

_MARK = "▌"


class ConflictScreen(ModalScreen[str | None], ClosesOnce[str | None]):
    """Gives ``mine`` or ``theirs``, None for further editing."""

    CSS_PATH = "conflict.tcss"
    AUTO_FOCUS = "#theirs"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 -- as Textual declares it
        (0, "-narrow"),
        (100, "-wide"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "dismiss('mine')", "Mine over theirs"),
        Binding("t", "dismiss('theirs')", "Theirs, mine is lost"),
        Binding("escape,q,ctrl+g", "dismiss(None)", "Edit on", key_display="esc"),
        Binding("ctrl+c", "app.quit", show=False),  # a dialog hides the app's own keys
        Binding("ctrl+z", "app.suspend_process", show=False),
    ]

    told = "Somebody changed this blog while you were writing."

    def __init__(self, mine: Draft, theirs: Blog) -> None:
        super().__init__()
        self._mine = mine
        self._theirs = theirs

    def compose(self) -> ComposeResult:
        moment = text.row(self._theirs.updated_at)[:16].replace("T", " ")
        yield Static(
            Content(f"{self.told} {_MARK} marks the lines that the other version does not have."),
            id="told",
        )
        mine, theirs = _lines(self._mine), _lines(self._theirs)
        with Container(id="versions"):
            with Vertical():
                yield Static(Content("Mine, not saved"), classes="whose")
                yield RawText(_marked(mine, theirs), id="mine")
            with Vertical():
                yield Static(Content(f"Theirs, stored {moment} UTC"), classes="whose")
                yield RawText(_marked(theirs, mine), id="theirs")
        yield Footer(show_command_palette=False)


class TakenScreen(ConflictScreen):
    """Gives ``both`` too: a new blog can be stored beside what is under its id."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("b", "dismiss('both')", "Keep both")]
    told = "This new blog is stored already, perhaps by a save of yours whose answer was lost."


def _lines(version: Draft | Blog) -> list[str]:
    head = [f"Title: {text.line(version.title)}", f"Author: {text.line(version.author)}", ""]
    return [*head, *text.block(version.contents).split("\n")]


def _marked(lines: list[str], others: list[str]) -> str:
    known = set(others)
    return "\n".join(f"{' ' if line in known else _MARK} {line}" for line in lines)
