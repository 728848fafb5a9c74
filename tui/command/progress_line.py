"""The line on stderr that shows how far a command is."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Final

from lab.backends import Backend
from lab.rows import Outcome

if TYPE_CHECKING:
    from lab.compare import ComparisonProgress  # loads aiohttp

_BAR: Final = 20
_START_OF_LINE: Final = "\r\x1b[K"


class ProgressLine:
    """Draws the line in place, if stderr is a terminal."""

    def __init__(self) -> None:
        self._is_shown = sys.stderr is not None and sys.stderr.isatty()
        self._run = 0
        self._counts = dict.fromkeys(Outcome, 0)

    def show(self, progress: ComparisonProgress) -> None:
        """Draw the progress of a comparison."""
        if progress.run != self._run:
            self._run, self._counts = progress.run, dict.fromkeys(Outcome, 0)
        for row in progress.load.rows if progress.load else ():
            self._counts[row.outcome] += 1
        self.draw(words(progress, self._counts))

    def draw(self, words: str) -> None:
        if self._is_shown:
            width = shutil.get_terminal_size().columns
            self._write(f"{_START_OF_LINE}{words[: width - 1]}")

    def clear(self) -> None:
        if self._is_shown:
            self._write(_START_OF_LINE)

    def _write(self, text: str) -> None:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except OSError:  # the terminal has closed
            self._is_shown = False


def words(progress: ComparisonProgress, counts: dict[Outcome, int]) -> str:
    """Return the line. *counts* are the requests of this run, by their outcome."""
    run = f"run {progress.run} of {progress.runs}: " if progress.runs > 1 else ""
    load = progress.load
    if load is None:
        return f"{run}{progress.phase}…"
    share = min(1.0, load.elapsed_s / load.duration_s) if load.duration_s else 1.0
    bar = "#" * round(share * _BAR)
    flight = " + ".join(f"{load.in_flight.get(name, 0)}" for name in Backend)
    failed = sum(counts.values()) - counts[Outcome.OK]
    return (
        f"{run}[{bar:-<{_BAR}}] {load.elapsed_s:.0f} of {load.duration_s:.0f} s, "
        f"{counts[Outcome.OK]:,} responses, {failed:,} failed, {flight} in flight"
    )
