"""A field of a form: what is shown of a stored text, and what to store of what is shown."""

from __future__ import annotations

from dataclasses import dataclass

from tui import text
from tui.text import Safe


@dataclass(frozen=True, kw_only=True)
class Field:
    """An editor cannot show every text; one that nobody touched is stored as it was."""

    original: str
    shown: Safe

    @classmethod
    def of_line(cls, original: str) -> Field:
        """Make a field that shows one line."""
        shown = text.editable(original).replace("\n", " ").replace("\t", " ")
        return cls(original=original, shown=Safe(shown))

    @classmethod
    def of_text(cls, original: str) -> Field:
        """Make a field that shows many lines."""
        return cls(original=original, shown=text.editable(original))

    def stored(self, current: str) -> str:
        """Give the text to store when the field shows *current*."""
        if current == self.shown:
            return self.original
        return current.replace("\n", "\r\n") if self._has_windows_lines else current

    def loses(self, current: str) -> bool:
        """Tell whether storing *current* replaces characters that could not be shown."""
        shown = self.shown.replace("\n", "\r\n") if self._has_windows_lines else self.shown
        return current != self.shown and shown != self.original

    @property
    def _has_windows_lines(self) -> bool:
        ends = self.original.count("\r\n")
        return ends > 0 and ends == self.original.count("\n") == self.original.count("\r")
