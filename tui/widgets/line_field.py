"""A line to write in: apart from the larger fields, whose import the first frame need not await."""

from __future__ import annotations

from textual import events
from textual.widgets import Input

from tui import text


class LineField(Input):
    """One line; line ends in a paste become spaces."""

    def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        pasted = text.editable(event.text).strip("\n")
        if "\n" in pasted:
            self.notify("This field has one line: line ends became spaces.")
        self.replace(pasted.replace("\n", " ").replace("\t", " "), *self.selection)
