"""Jump mode: a letter on each focusable widget; press it to move the focus there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Label

from tui.dialogs.base import DIALOG_KEYS, Dialog

LETTERS: Final = "asdfghjklwertzuiopxcvbnm"  # without q, which closes


def targets(screen: Screen[object]) -> dict[str, Widget]:
    """Return the visible, focusable widgets of *screen* by letter, in tab order."""
    visible = (widget for widget in screen.focus_chain if widget.region.overlaps(screen.region))
    return dict(zip(LETTERS, visible, strict=False))


class JumpScreen(Dialog[Widget | None]):
    """Return the widget whose letter was pressed or clicked, or None if the user cancels."""

    CSS_PATH = "jump.tcss"
    BINDING_GROUP_TITLE = "Jump"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,ctrl+g", "dismiss(None)", "Back"),
        *DIALOG_KEYS,
    ]

    def __init__(self, targets: dict[str, Widget]) -> None:
        super().__init__()
        self._targets = targets
        for letter in targets:
            self._bindings.bind(letter, f"go({letter!r})", "Move the focus", show=False)
        self._drawn_at: Size | None = None

    def compose(self) -> ComposeResult:
        yield from self._labels()

    def _labels(self) -> Iterable[Label]:
        for letter, widget in self._targets.items():
            label = Label(Content(f" {letter} "), id=letter)
            label.styles.offset = widget.region.offset
            yield label

    def action_go(self, letter: str) -> None:
        self.dismiss(self._targets[letter])

    def on_key(self, event: events.Key) -> None:
        """Handle letters before the app does, so that a repeated key has one effect only."""
        if event.key in self._targets:
            event.stop()
            self.action_go(event.key)

    def on_click(self, event: events.Click) -> None:
        letter = event.widget.id if event.widget else None
        self.dismiss(self._targets.get(letter or ""))

    def on_resize(self, event: events.Resize) -> None:
        self._drawn_at = self._drawn_at or event.size
        self._leave_if_moved()

    def on_screen_resume(self) -> None:
        self._leave_if_moved()

    def _leave_if_moved(self) -> None:
        """Close if the widgets have moved away from their letters."""
        if self._drawn_at not in {None, self.app.size}:
            self.dismiss(None)
