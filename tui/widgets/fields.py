"""The fields of a form, with their name, size and limit in their border."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import TextArea

from tui import text
from tui.text import Safe
from tui.widgets import pasted
from tui.widgets.pane import set_title


class Fields(VerticalScroll, can_focus=False):
    """The scrollable fields of a form. The focused field stays visible."""

    def on_mount(self) -> None:
        self.watch(self, "virtual_size", self.on_resize)

    def on_descendant_focus(self) -> None:
        self.on_resize()

    def on_resize(self) -> None:
        self.call_after_refresh(self._reveal)

    def _reveal(self) -> None:
        if not self.is_attached:  # the form may have been closed
            return
        focused = self.screen.focused
        if focused and self in focused.ancestors:
            focused.scroll_visible(animate=False)


class TextField(TextArea):
    """A field with several lines. Tab moves to the next field."""

    BINDING_GROUP_TITLE = "Input"

    def __init__(self, shown: Safe, *, id: str | None = None) -> None:  # noqa: A002 -- Textual's name
        super().__init__(shown, id=id, show_line_numbers=False, highlight_cursor_line=False)

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        return key == "enter" or super().check_consume_key(key, character)

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        words, note = pasted.for_text(event.text, "pasted text")
        if note:
            self.notify(note)
        self.replace(words, *self.selection, maintain_selection_offset=False)


@dataclass(frozen=True, kw_only=True)
class Measure:
    """The name of a field, and its limit in a unit."""

    name: str
    limit: int
    unit: str

    def show(self, field: Widget, size: int, problem: str | None) -> None:
        """Show the size of the text and the problem, if any, in the border of *field*."""
        field.set_class(problem is not None, "wrong")
        label = f"{self.name}  {size:,} of {self.limit:,} {self.unit}"
        set_title(field, text.line(f"{label}  {problem}" if problem else label))
