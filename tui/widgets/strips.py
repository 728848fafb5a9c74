"""Draw lines of an exact width in cells."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size, split_text
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.text import CUT, Safe


def shortened(words: str, width: int) -> str:
    """Cut a long text to *width* cells, with an ellipsis; wide characters count as two."""
    if cell_len(words) <= width:
        return words
    return f"{set_cell_size(words, width - 1)}{CUT}" if width > 0 else ""


def both_ends(words: str, width: int) -> str:
    """Cut the middle of a long text: ids of about the same time differ at their end."""
    if cell_len(words) <= width:
        return words
    head = (width - 1) // 2
    return f"{set_cell_size(words, head)}{end_of(words, width - head)}"


def end_of(words: str, width: int) -> str:
    """Cut the start of a text that is longer than *width* cells."""
    _, end = split_text(words, cell_len(words) - width + 1)
    return f"{CUT}{set_cell_size(end, width - 1)}"


def column(words: Safe, width: int) -> Safe:
    """Cut or pad *words* to exactly *width* cells."""
    return Safe(set_cell_size(shortened(words, width), width))


def strip(words: Safe, width: int, style: Style) -> Strip:
    """Return a line of exactly *width* cells."""
    return Strip([Segment(column(words, max(0, width)), style)])


def window(line: Strip, start: int, width: int, style: Style) -> Strip:
    """Return the part of *line* from the cell *start* on, with an ellipsis where text is cut."""
    shown = line.crop_extend(start, start + width, style)
    cut = Strip([Segment(CUT, style)])
    if line.crop(start + width).text.strip():
        shown = Strip.join([shown.crop(0, width - 1), cut])
    if line.crop(0, start).text.strip():
        shown = Strip.join([cut, shown.crop(1)])
    return shown


def in_style(line: Strip, start: int, word: str, style: Style) -> Strip:
    """Return *line* with *word*, which starts at the cell *start*, in *style*."""
    end = start + len(word)
    marked = Segment.apply_style(line.crop(start, end), post_style=style)
    return Strip.join([line.crop(0, start), Strip(marked), line.crop(end)])
