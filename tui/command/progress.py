"""One line of progress on stderr, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from tui.command import output

_CLEAR: Final = "\r\x1b[K"


@contextmanager
def progress(total: int, noun: str) -> Iterator[Callable[[int], None]]:
    """Give a function that shows how many of *total* are done. At the end, clear the line."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda _: None
        return
    try:
        yield lambda done: output.print_stderr(f"{_CLEAR}{done:,} of {total:,} {noun}", end="")
    finally:
        output.print_stderr(_CLEAR, end="")
