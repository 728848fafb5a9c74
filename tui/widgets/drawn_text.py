"""A text of any length, drawn as lines in a thread: a widget per paragraph would take seconds."""

from __future__ import annotations

import asyncio

from rich.segment import Segment
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.text import Safe
from tui.widgets.cells import strip


class DrawnText(ScrollView, can_focus=True):
    """Draws its text anew for each width."""

    # The scrollbar is always there, so that it does not change the width that was drawn for.
    DEFAULT_CSS = """
    DrawnText {
        overflow-x: hidden;
        overflow-y: scroll;
        height: 1fr;
        scrollbar-background: $background;
        scrollbar-background-hover: $background;
        scrollbar-background-active: $background;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 -- Textual's name
        super().__init__(id=id)
        self._lines: list[list[Segment]] = []
        self._drawn_width = 0

    def drawn(self, width: int) -> list[list[Segment]]:
        """Draw the lines for so many cells; called in a thread."""
        raise NotImplementedError

    def on_resize(self) -> None:
        width = self.scrollable_content_region.width
        if width > 0 and width != self._drawn_width:
            self._drawn_width = width
            self.run_worker(self._draw(width), group="draw", exit_on_error=False)

    async def _draw(self, width: int) -> None:
        """Draw in a thread; a width that has changed meanwhile is drawn by its own call."""
        lines = await asyncio.to_thread(self.drawn, width)
        if width == self._drawn_width:
            self._lines = lines
            self.virtual_size = Size(width, len(lines))
            self.refresh()

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        width = self.size.width
        if not self._lines and y == 0:
            return strip(Safe("Drawing…"), width, self.rich_style)
        if index >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        drawn = Strip(self._lines[index]).apply_style(self.rich_style)
        return drawn.adjust_cell_length(width, self.rich_style)
