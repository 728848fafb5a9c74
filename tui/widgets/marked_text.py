"""One of two versions of a text, with a mark at each line that the other does not have."""

from __future__ import annotations

from typing import Final

from rich.segment import Segment

from tui.state.versions import Version
from tui.widgets.drawn_text import DrawnText, wrapped

MARK: Final = "▌"


class MarkedText(DrawnText):
    """A version of a text, scrolled to the first difference."""

    DEFAULT_CSS = """
    MarkedText { padding-left: 1; }
    """

    def __init__(self, version: Version, *, id: str) -> None:  # noqa: A002 -- Textual's name
        super().__init__(id=id)
        self._version = version
        self._position = 0
        self._rows: dict[int, list[int]] = {}
        """The row of each position, by width."""

    @property
    def positions(self) -> int:
        """The number of positions to go to."""
        return len(self._version.positions)

    def rows_at(self, width: int) -> list[int]:
        """Return the row of each position in the text that was drawn for *width*."""
        return self._rows.get(width, [])

    def go_to(self, number: int) -> None:
        """Scroll to the position with this number, or to the last one."""
        self._position = min(number, self.positions - 1)
        rows = self.rows_at(self._drawn_width)
        if rows:
            self.scroll_to(y=rows[self._position], animate=False)

    async def _draw(self, width: int) -> None:
        await super()._draw(width)
        self.go_to(self._position)

    def drawn(self, width: int) -> list[list[Segment]]:
        columns = dict(self._version.positions)
        drawn: list[list[Segment]] = []
        rows: list[int] = []
        marks = (f"{MARK if own else ' '} " for own in self._version.is_own)
        written = wrapped(self._version.lines, max(1, width - 2))
        for number, (mark, pieces) in enumerate(zip(marks, written, strict=True)):
            if number in columns:
                before = self._version.lines[number][: columns[number]]
                rows.append(len(drawn) + _row(pieces, before))
            drawn += [[Segment(mark + piece)] for piece in pieces]
        self._rows[width] = rows
        return drawn


def _row(pieces: list[str], before: str) -> int:
    """Return the row of the text after *before*. Wrapping drops spaces, so they do not count."""
    left = _visible_length(before)
    for number, piece in enumerate(pieces):
        left -= _visible_length(piece)
        if left < 0:
            return number
    return len(pieces) - 1


def _visible_length(text: str) -> int:
    return len("".join(text.split()))
