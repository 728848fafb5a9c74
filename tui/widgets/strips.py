"""Draw lines of an exact width in cells."""

from __future__ import annotations

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.text import CUT, Safe


def both_ends(words: str, width: int) -> str:
    """Cut the middle of a long text: ids of about the same time differ at their end."""
    if len(words) <= width:
        return words
    head = (width - 1) // 2
    return f"{words[:head]}{CUT}{words[head + 1 - width :]}"


def column(words: Safe, width: int) -> Safe:
    """Cut or pad *words* to exactly *width* cells; wide characters count as two."""
    return Safe(set_cell_size(words, width))


def strip(words: Safe, width: int, style: Style) -> Strip:
    """Return a line of exactly *width* cells."""
    return Strip([Segment(words, style)]).adjust_cell_length(max(0, width), style)


def in_style(line: Strip, start: int, word: str, style: Style) -> Strip:
    """Return *line* with *word*, which starts at the cell *start*, in *style*."""
    end = start + len(word)
    marked = Segment.apply_style(line.crop(start, end), post_style=style)
    return Strip.join([line.crop(0, start), Strip(marked), line.crop(end)])
