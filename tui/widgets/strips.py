"""Lines of counted cells, for widgets that draw themselves."""

from __future__ import annotations

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.text import CUT, Safe


def both_ends(words: str, width: int) -> str:
    """Leave the middle out of what is long: ids of about the same time differ at their end."""
    if len(words) <= width:
        return words
    head = (width - 1) // 2
    return f"{words[:head]}{CUT}{words[head + 1 - width :]}"


def column(words: Safe, width: int) -> Safe:
    """Cut or fill *words* to exactly *width* cells, wide characters counted as two."""
    return Safe(set_cell_size(words, width))


def strip(words: Safe, width: int, style: Style) -> Strip:
    """Draw one line, *width* cells wide whatever is in it."""
    return Strip([Segment(words, style)]).adjust_cell_length(max(0, width), style)


def in_style(line: Strip, start: int, word: str, style: Style) -> Strip:
    """Draw *word* in *style*, which stands on *line* from the cell *start* on."""
    end = start + len(word)
    marked = Segment.apply_style(line.crop(start, end), post_style=style)
    return Strip.join([line.crop(0, start), Strip(marked), line.crop(end)])
