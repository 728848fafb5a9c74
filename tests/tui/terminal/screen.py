"""What a terminal shows after the output of a Textual app."""

from __future__ import annotations

import copy
import re

from rich.cells import get_character_cell_size

_TOKEN = re.compile(
    r"\x1b\[(?P<row>\d+);(?P<column>\d+)H"
    r"|(?P<cleared>\x1b\[\?1049[hl]|\x1b\[2J)"
    r"|\x1b\[[0-?]*[ -/]*[@-~]"  # colors and modes
    r"|\x1b[\]P].*?(?:\x07|\x1b\\)"
    r"|\x1b."
    r"|(?P<text>[^\x00-\x1f\x7f]+)",
    re.DOTALL,
)


class Screen:
    """The lines that a growing output shows.

    Only what Textual uses is implemented: it moves the cursor before each text.
    """

    def __init__(self, rows: int = 36) -> None:
        self._lines: list[list[str]] = [[] for _ in range(rows)]
        self._row = self._column = self._read = 0

    def text(self, output: bytes) -> str:
        """Return the screen after *output*, which begins with the output of the last call."""
        end = max(output.rfind(b"\x1b["), self._read)  # the last token may be incomplete
        self._write(output[self._read : end])
        self._read = end
        later = copy.copy(self)
        later._lines = [line.copy() for line in self._lines]  # noqa: SLF001 - a copy of this one
        later._write(output[end:])  # noqa: SLF001
        return "\n".join("".join(line).rstrip() for line in later._lines)  # noqa: SLF001

    def _write(self, output: bytes) -> None:
        for token in _TOKEN.finditer(output.decode(errors="ignore")):
            if token["row"]:
                self._row, self._column = int(token["row"]) - 1, int(token["column"]) - 1
            elif token["cleared"]:
                self._lines = [[] for _ in self._lines]
            elif token["text"]:
                line, cells = self._lines[self._row], _cells(token["text"])
                line.extend(" " * (self._column - len(line)))
                line[self._column : self._column + len(cells)] = cells
                self._column += len(cells)


def _cells(text: str) -> list[str]:
    """Return one text for each cell; the second cell of a wide character is empty."""
    if text.isascii():
        return list(text)
    return [cell for character in text for cell in _parts(character)]


def _parts(character: str) -> list[str]:
    return [character, ""][: get_character_cell_size(character)]
