"""A field with one line, in its own module so that the first frame need not load larger fields."""

from __future__ import annotations

from textual import events
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Label

from tui.text import Safe
from tui.widgets import pasted


class LineField(Input):
    """A field with one line. Line breaks in pasted text become spaces."""

    def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        words, note = pasted.for_line(event.text)
        if note:
            self.notify(note)
        self.replace(words, *self.selection)


class LabeledField(Horizontal):
    """A field with its key and label before it, in one line."""

    DEFAULT_CSS = """
    LabeledField { height: 1; background: $boost; }
    LabeledField > Label { padding: 0 1; color: $text-muted; }
    LabeledField:focus-within > Label { color: $text-primary; text-style: bold; }
    LabeledField > LineField { width: 1fr; margin: 0; background: $boost; }
    """

    def __init__(self, label: Safe, field: LineField) -> None:
        super().__init__(Label(Content(label)), field)
