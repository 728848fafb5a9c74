"""Shows a text as it is written."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.text import Text

from tui import text
from tui.text import Safe
from tui.widgets.drawn_text import DrawnText

_CONSOLE: Final = Console(file=io.StringIO())  # Rich asks for one to wrap, and draws nothing on it


class RawText(DrawnText):
    """The text as it is written; long lines are wrapped."""

    DEFAULT_CSS = """
    RawText { padding-left: 1; }
    """

    def __init__(self, source: str) -> None:
        super().__init__()
        self._written = text.lines(source)

    def drawn(self, width: int) -> list[list[Segment]]:
        return [[Segment(row)] for rows in wrapped(self._written, width) for row in rows]


def wrapped(lines: Iterable[Safe], width: int) -> Iterator[list[str]]:
    """Give the rows of each line; nothing is lost but spaces where a row ends."""
    for line in lines:
        if cell_len(line) <= width:  # Rich takes many seconds for as many short lines
            yield [line]
        else:
            yield [row.plain for row in Text(line).wrap(_CONSOLE, width, overflow="fold")]
