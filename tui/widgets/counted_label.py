"""The name of a field, how much of its room is taken, and what is wrong with what is in it."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Label

from tui import text


class CountedLabel(Label):
    """Turns into a warning, in words too."""

    DEFAULT_CSS = """
    CountedLabel { width: 1fr; height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    CountedLabel.wrong { color: $text-error; text-style: bold; }
    """

    def __init__(self, name: str, limit: int, unit: str, *, id: str) -> None:  # noqa: A002 -- Textual's name
        super().__init__(markup=False, id=id)
        self._words = name
        self._limit = limit
        self._unit = unit

    def show(self, size: int, problem: str | None) -> None:
        """Say how much of the room is taken, and what is wrong."""
        self.set_class(problem is not None, "wrong")
        room = f"{self._words}  {size:,} of {self._limit:,} {self._unit}"
        self.update(Content(text.line(f"{room}  {problem}" if problem else room)))
