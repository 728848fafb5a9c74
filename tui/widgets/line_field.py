"""A field with one line, in its own module so that the first frame need not load larger fields."""

from __future__ import annotations

from textual import events
from textual.widgets import Input

from tui import text


class LineField(Input):
    """A field with one line. Line breaks in pasted text become spaces."""

    def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        pasted = text.editable(event.text).strip("\n")
        if "\n" in pasted:
            self.notify("Line breaks in the pasted text were replaced by spaces.")
        self.replace(pasted.replace("\n", " ").replace("\t", " "), *self.selection)
