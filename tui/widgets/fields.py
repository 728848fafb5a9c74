"""Fields to write in that keep what is pasted harmless and say what they did with it."""

from __future__ import annotations

from textual import events
from textual.containers import VerticalScroll
from textual.widgets import TextArea

from tui import text
from tui.text import Safe


class Fields(VerticalScroll, can_focus=False):
    """As many fields as fit; the one that is written in stays in sight."""

    def on_mount(self) -> None:
        self.watch(self, "virtual_size", self.on_resize)

    def on_descendant_focus(self) -> None:
        self.on_resize()

    def on_resize(self) -> None:
        self.call_after_refresh(self._reveal)

    def _reveal(self) -> None:
        if not self.is_attached:  # the form may have closed since it was asked for
            return
        focused = self.screen.focused
        if focused and self in focused.ancestors:
            focused.scroll_visible(animate=False)


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
