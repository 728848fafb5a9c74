"""Fields to write in that keep what is pasted harmless and say what they did with it."""

from __future__ import annotations

from textual import events
from textual.widgets import Input, TextArea

from tui import text
from tui.text import Safe


class LineField(Input):
    """One line; line ends in a paste become spaces."""

    def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        pasted = text.editable(event.text).strip("\n")
        if "\n" in pasted:
            self.notify("This field has one line: line ends became spaces.")
        self.replace(pasted.replace("\n", " ").replace("\t", " "), *self.selection)


class TextField(TextArea):
    """Many lines; tab leaves the field."""

    def __init__(self, shown: Safe, *, id: str | None = None) -> None:  # noqa: A002 -- Textual's name
        super().__init__(shown, id=id, show_line_numbers=False, highlight_cursor_line=False)

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        pasted = text.editable(event.text)
        if text.REPLACED in pasted and text.REPLACED not in event.text:
            self.notify("Control characters in the pasted text were replaced.")
        self.replace(pasted, *self.selection, maintain_selection_offset=False)
