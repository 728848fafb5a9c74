"""A text of a few lines, with an ellipsis if there is more of it."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from tui.text import Safe
from tui.widgets.strips import shortened


class FewLines(Static):
    """Shows as many lines of a text as `max-height` allows."""

    def __init__(self, words: Safe = Safe(""), *, id: str | None = None) -> None:  # noqa: A002, B008 -- Textual's name; a string
        super().__init__(Content(words), markup=False, id=id)
        self._words = words

    def show(self, words: Safe) -> None:
        """Show *words* instead."""
        self._words = words
        self._fit()

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        most = self.styles.max_height
        width = self.size.width
        lines = int(most.value) if most else 0
        fits = not (width and lines)
        self.update(Content(self._words if fits else first_lines(self._words, width, lines)))


def first_lines(words: Safe, width: int, lines: int) -> Safe:
    """Return *words*, cut to what fits in the lines of this width."""
    wrapped = [line.plain for line in Content(words).wrap(width)]
    if len(wrapped) <= lines:
        return words
    last = shortened(f"{wrapped[lines - 1].rstrip()} {wrapped[lines]}", max(1, width - 1))
    shown = last if last.endswith("…") else f"{last}…"
    return Safe("\n".join([*wrapped[: lines - 1], shown]))
