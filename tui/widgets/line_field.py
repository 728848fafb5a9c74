"""A field with one line, in its own module so that the first frame need not load larger fields."""

from __future__ import annotations

from textual import events
from textual.widgets import Input

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
