"""A question with a few answers, each with its own key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from tui.dialogs.base import DIALOG_KEYS, Dialog
from tui.text import Safe


@dataclass(frozen=True)
class Choice:
    """One answer; the screen returns its *key*."""

    key: str
    label: str
    variant: str = "default"


class ChoiceScreen(Dialog[str | None]):
    """Ask a question; return the key of the answer, or None if the user cancels."""

    CSS_PATH = "choice.tcss"
    BINDING_GROUP_TITLE = "Question"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 -- as Textual declares it
        (0, "-narrow"),
        (60, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012 -- as Textual declares it
        (0, "-flat"),
        (14, "-normal"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,ctrl+g", "dismiss(None)", "Cancel"),
        Binding("left,up", "app.focus_previous", "Move the focus", show=False),
        Binding("right,down", "app.focus_next", "Move the focus", show=False),
        Binding("pageup", "question('page_up')", "Scroll", show=False),
        Binding("pagedown", "question('page_down')", "Scroll", show=False),
        Binding("home", "question('scroll_home')", "Scroll", show=False),
        Binding("end", "question('scroll_end')", "Scroll", show=False),
        *DIALOG_KEYS,
    ]

    def __init__(self, question: Safe, choices: Sequence[Choice]) -> None:
        super().__init__()
        self._question = question
        self._choices = choices
        for choice in choices:
            self._bindings.bind(choice.key, f"dismiss({choice.key!r})", choice.label)

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            with VerticalScroll(id="question", can_focus=False):
                yield Static(Content(self._question))
            with Horizontal(id="answers"):
                yield Button(Content("Cancel (esc)"), id="cancel")
                for choice in self._choices:
                    label = Content(f"{choice.label} ({choice.key})")
                    yield Button(label, id=f"answer-{choice.key}", classes=choice.variant)

    def on_mount(self) -> None:
        self.query_one("#cancel").focus()  # so that Enter alone changes nothing

    async def action_question(self, movement: str) -> None:
        """Scroll a question that is longer than its box."""
        await self.query_one("#question").run_action(movement)

    def on_key(self, event: events.Key) -> None:
        """Handle answers before the app does, so that a repeated key answers one dialog only."""
        if event.key in {choice.key for choice in self._choices}:
            event.stop()
            self.dismiss(event.key)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        name = event.button.id or ""
        self.dismiss(name.removeprefix("answer-") if name.startswith("answer-") else None)
