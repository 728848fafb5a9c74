"""What a terminal shows after the output of a Textual app."""

from __future__ import annotations

import re
import time

from rich.cells import get_character_cell_size

from tests.tui.terminal.pseudo_terminal import DEADLINE, Terminal

_TOKEN = re.compile(
    r"\x1b\[(?P<row>\d+);(?P<column>\d+)H"
    r"|(?P<cleared>\x1b\[\?1049[hl]|\x1b\[2J)"
    r"|\x1b\[[0-?]*[ -/]*[@-~]"  # colors and modes
    r"|\x1b[\]P].*?(?:\x07|\x1b\\)"
    r"|\x1b."
    r"|(?P<text>[^\x00-\x1f\x7f]+)",
    re.DOTALL,
)


def shown(output: bytes, rows: int = 36) -> str:
    """Return the lines of the screen.

    Only what Textual uses is implemented: it moves the cursor before each text.
    """
    lines: list[list[str]] = [[] for _ in range(rows)]
    row = column = 0
    for token in _TOKEN.finditer(output.decode(errors="ignore")):
        if token["row"]:
            row, column = int(token["row"]) - 1, int(token["column"]) - 1
        elif token["cleared"]:
            lines = [[] for _ in range(rows)]
        elif token["text"]:
            line, cells = lines[row], _cells(token["text"])
            line.extend(" " * (column - len(line)))
            line[column : column + len(cells)] = cells
            column += len(cells)
    return "\n".join("".join(line).rstrip() for line in lines)


def _cells(text: str) -> list[str]:
    """Return one text for each cell; the second cell of a wide character is empty."""
    if text.isascii():
        return list(text)
    return [cell for character in text for cell in _parts(character)]


def _parts(character: str) -> list[str]:
    return [character, ""][: get_character_cell_size(character)]


def see(terminal: Terminal, *patterns: str, without: str = "") -> str:
    """Read until the screen shows all *patterns* (regular expressions), and return it."""
    deadline = time.monotonic() + DEADLINE
    while True:
        while terminal.read(0.1):  # until the output pauses
            pass
        screen = shown(terminal.seen)
        missing = [text for text in patterns if not re.search(text, screen, re.MULTILINE)]
        if not missing and not (without and without in screen):
            return screen
        assert time.monotonic() < deadline, f"{missing} never came; the screen is:\n{screen}"
