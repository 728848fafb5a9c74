"""A text of any length, drawn as lines in a thread: a widget per paragraph would take seconds."""

from __future__ import annotations

import asyncio
import io

from rich.console import Console, RenderableType
from rich.text import Text
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui import text
from tui.text import Safe
from tui.widgets.cells import strip


class DrawnText(ScrollView, can_focus=True):
    """Draws its source anew for each width."""

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

    def __init__(self, source: str, *, id: str | None = None) -> None:  # noqa: A002 -- Textual's name
        super().__init__(id=id)
        self._source = text.block(source)
        self._lines: list[Strip] = []
        self._drawn_width = 0

    def drawable(self) -> RenderableType:
        """Give what is drawn; called in a thread."""
        raise NotImplementedError

    def on_resize(self) -> None:
        width = self.scrollable_content_region.width
        if width > 0 and width != self._drawn_width:
            self._drawn_width = width
            self.run_worker(self._draw(width), group="draw", exit_on_error=False)

    async def _draw(self, width: int) -> None:
        """Draw in a thread; a width that has changed meanwhile is drawn by its own call."""
        lines = await asyncio.to_thread(self._drawn, width)
        if width == self._drawn_width:
            self._lines = lines
            self.virtual_size = Size(width, len(lines))
            self.refresh()

    def _drawn(self, width: int) -> list[Strip]:
        console = Console(
            width=width,
            file=io.StringIO(),
            force_terminal=True,
            color_system="truecolor",
            legacy_windows=False,
        )
        return [Strip(line) for line in console.render_lines(self.drawable())]

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        width = self.size.width
        if not self._lines and y == 0:
            return strip(Safe("Drawing…"), width, self.rich_style)
        if index >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        drawn = self._lines[index].apply_style(self.rich_style)
        return drawn.adjust_cell_length(width, self.rich_style)


class RawText(DrawnText):
    """The text as it is written; long lines are wrapped."""

    DEFAULT_CSS = """
    RawText { padding-left: 1; }
    """

    def drawable(self) -> RenderableType:
        return Text(self._source, no_wrap=False, overflow="fold")
