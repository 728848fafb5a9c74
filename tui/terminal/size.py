"""The size of the terminal, as it is now."""

from __future__ import annotations

import shutil
import sys

from textual import events


def latest(event: events.Resize) -> events.Resize:
    """Return *event* with the present size of the terminal.

    Textual reads the size in a signal handler, which the signal of another resize can interrupt:
    the older size is then reported last. A terminal that reports its size itself, in pixels too,
    does so in order; in a browser, stdin is a pipe.
    """
    if event.pixel_size or not sys.__stdin__ or not sys.__stdin__.isatty():
        return event
    return events.Resize.from_dimensions(shutil.get_terminal_size(), None)
