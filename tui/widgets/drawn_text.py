"""Text of any length, drawn as lines in a thread: one widget per paragraph would be too slow.

Only long texts need Rich's Markdown, which is imported in that thread.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterable, Iterator
from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.text import Text
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui import text
from tui.text import Safe
from tui.widgets.safe_markdown import make_safe
from tui.widgets.strips import strip

_CONSOLE: Final = Console(file=io.StringIO())  # Rich needs one to wrap text; it prints nothing


class DrawnText(ScrollView, can_focus=True):
    """A scrollable text that is drawn again when its width changes."""

    BINDING_GROUP_TITLE = "Text"

    # The scrollbar is always there, so that it does not change the width of the text.
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
        """Return the lines for a width in cells. Called in a thread."""
        raise NotImplementedError

    def on_resize(self) -> None:
        width = self.scrollable_content_region.width
        if width > 0 and width != self._drawn_width:
            self._drawn_width = width
            self.run_worker(self._draw(width), group="draw", exit_on_error=False)

    async def _draw(self, width: int) -> None:
        """Draw in a thread. Drop the result if the width has changed: another call draws then."""
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


class LongText(DrawnText):
    """Rendered Markdown of any length. Links are shown, but cannot be clicked."""

    DEFAULT_CSS = """
    LongText { padding-left: 1; }
    """

    def __init__(self, source: str) -> None:
        super().__init__()
        self._source = text.block(source)

    def drawn(self, width: int) -> list[list[Segment]]:
        from tui.widgets.left_markdown import LeftMarkdown  # noqa: PLC0415 -- 0.1 s, for long texts

        console = Console(
            width=width,
            file=io.StringIO(),
            force_terminal=True,
            color_system="truecolor",
            legacy_windows=False,
        )
        markdown = LeftMarkdown(self._source, hyperlinks=False)
        make_safe(markdown.parsed)
        return console.render_lines(markdown)


class RawText(DrawnText):
    """The raw text, with long lines wrapped."""

    DEFAULT_CSS = """
    RawText { padding-left: 1; }
    """

    def __init__(self, source: str) -> None:
        super().__init__()
        self._source_lines = text.lines(source)

    def drawn(self, width: int) -> list[list[Segment]]:
        return [[Segment(row)] for rows in wrapped(self._source_lines, width) for row in rows]


def wrapped(lines: Iterable[Safe], width: int) -> Iterator[list[str]]:
    """Yield the rows of each line. Only spaces at the end of a row are lost."""
    for line in lines:
        if cell_len(line) <= width:  # Rich is slow with many short lines
            yield [line]
        else:
            yield [row.plain for row in Text(line).wrap(_CONSOLE, width, overflow="fold")]
