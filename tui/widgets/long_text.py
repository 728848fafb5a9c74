"""Shows long Markdown as drawn lines: a widget per paragraph would freeze the app for seconds."""

from __future__ import annotations

import asyncio
import io

from rich.console import Console
from rich.markdown import Markdown
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui import text
from tui.text import Safe
from tui.widgets.cells import strip
from tui.widgets.fit_markdown import make_fit


class LongText(ScrollView, can_focus=True):
    """Markdown of any length; links are shown and not clickable."""

    # The scrollbar is always there, so that it does not change the width that was drawn for.
    DEFAULT_CSS = """
    LongText { overflow-x: hidden; overflow-y: scroll; }
    """

    def __init__(self, source: str, *, id: str | None = None) -> None:  # noqa: A002 -- Textual's name
        super().__init__(id=id)
        self._source = text.block(source)
        self._lines: list[Strip] = []
        self._drawn_width = 0

    def on_resize(self) -> None:
        width = self.scrollable_content_region.width
        if width > 0 and width != self._drawn_width:
            self._drawn_width = width
            self.run_worker(self._draw(width), group="draw", exit_on_error=False)

    async def _draw(self, width: int) -> None:
        """Draw in a thread; a width that has changed meanwhile is drawn by its own call."""
        lines = await asyncio.to_thread(_drawn, self._source, width)
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
        drawn = self._lines[index].apply_style(self.rich_style)
        return drawn.adjust_cell_length(width, self.rich_style)


def _drawn(source: Safe, width: int) -> list[Strip]:
    console = Console(
        width=width,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
    )
    markdown = Markdown(source, hyperlinks=False)
    make_fit(markdown.parsed)
    return [Strip(line) for line in console.render_lines(markdown)]
