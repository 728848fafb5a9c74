"""Both versions of a blog that was changed during an edit, and the choice which to keep."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from tui import text
from tui.client.contract import Blog, Draft
from tui.dialogs.base import DIALOG_KEYS, Dialog
from tui.settings.values import BackendName
from tui.state.session import Session
from tui.state.versions import versions
from tui.widgets.backend_label import BackendLabel
from tui.widgets.few_lines import FewLines
from tui.widgets.key_footer import KeyFooter
from tui.widgets.marked_text import MARK, MarkedText
from tui.widgets.pane import set_title

_LEGEND: Final = f"{MARK} marks lines that only this version has. Press n for the next difference."


class ConflictScreen(Dialog[str | None]):
    """Return ``mine`` or ``theirs``, or None to keep editing."""

    CSS_PATH = "conflict.tcss"
    BINDING_GROUP_TITLE = "Two versions"
    AUTO_FOCUS = "#theirs"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 -- as Textual declares it
        (0, "-narrow"),
        (100, "-wide"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "dismiss('mine')", "Keep mine"),
        Binding("t", "dismiss('theirs')", "Keep theirs"),
        Binding("escape,q,ctrl+g", "dismiss(None)", "Keep editing", key_display="esc"),
        Binding("n", "next", "Next difference", show=False),  # 80 columns are full
        *DIALOG_KEYS,
    ]

    message = "This blog was changed while you were editing it."

    def __init__(self, session: Session, backend: BackendName, mine: Draft, theirs: Blog) -> None:
        """*backend* is where the version is saved, whichever backend is active."""
        super().__init__()
        self._session = session
        self._backend = backend
        self._mine = mine
        self._theirs = theirs
        self._position = 0

    def compose(self) -> ComposeResult:
        moment = text.row(self._theirs.updated_at)[:16].replace("T", " ")
        yield BackendLabel(note="two versions", backend=self._backend)
        yield FewLines(text.line(f"{self.message} {_LEGEND}"), id="message")
        mine, theirs = versions(self._mine, self._theirs)
        with Container(id="versions"):
            yield self._pane(MarkedText(mine, id="mine"), "Mine, not saved")
            whose = f"Theirs, saved {moment} UTC on {self._backend.word}"
            yield self._pane(MarkedText(theirs, id="theirs"), whose)
        yield KeyFooter()

    @staticmethod
    def _pane(version: MarkedText, whose: str) -> MarkedText:
        set_title(version, text.line(whose))
        return version

    def on_mount(self) -> None:
        self._session.on_change()  # fills the label

    def action_next(self) -> None:
        """Show the next difference in both versions; after the last, the first."""
        both = self.query(MarkedText)
        self._position = (self._position + 1) % max(shown.positions for shown in both)
        for shown in both:
            shown.go_to(self._position)


class TakenScreen(ConflictScreen):
    """Return ``both`` as well: a new blog can be saved under another id."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("b", "dismiss('both')", "Keep both")]
    message = (
        "A blog with this id already exists, perhaps from an earlier save of yours whose response "
        "was lost."
    )
