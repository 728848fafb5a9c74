"""A line with a progress bar."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from tui.text import Safe

_DONE, _REST = "█", "░"
_SHORTEST = 10


class ProgressLine(Static):
    """Shows a text, and a bar in the rest of the line."""

    DEFAULT_CSS = """
    ProgressLine { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 -- Textual's name
        super().__init__(markup=False, id=id)
        self._words = Safe("")
        self._share: float | None = None

    def show(self, words: Safe, share: float | None) -> None:
        """Show *words*, and how much is done from 0 to 1; None if that is not known."""
        self._words, self._share = words, share
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        self.update(Content(line(self._words, self._share, self.content_size.width)))


def line(words: Safe, share: float | None, width: int) -> Safe:
    """Return the text, with the bar if there is room for one."""
    room = width - len(words) - 1
    if share is None or room < _SHORTEST:
        return words
    done = round(min(max(share, 0.0), 1.0) * room)
    return Safe(f"{words} {_DONE * done}{_REST * (room - done)}")
