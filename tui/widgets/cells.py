"""Lines of counted cells, for widgets that draw themselves."""

from __future__ import annotations

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.text import Safe


def column(words: Safe, width: int) -> Safe:
    """Cut or fill *words* to exactly *width* cells, wide characters counted as two."""
    return Safe(set_cell_size(words, width))


def strip(words: Safe, width: int, style: Style) -> Strip:
    """Draw one line, *width* cells wide whatever is in it."""
    return Strip([Segment(words, style)]).adjust_cell_length(max(0, width), style)
