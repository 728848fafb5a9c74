"""Checks that the terminal can show the app."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Final

_DRIVER: Final = "TEXTUAL_DRIVER"
_TOO_SIMPLE: Final = {"", "dumb", "unknown"}
_ALTERNATIVE: Final = "Without a terminal, use a command such as blogs ls (see blogs --help)."


def problem(environ: Mapping[str, str]) -> str | None:
    """Return why the app cannot run here, in one line; None if it can."""
    if environ.get(_DRIVER):  # textual-serve shows the app in a browser, and uses pipes
        return None
    # stderr too: Textual draws there.
    for name, stream in (("stdin", sys.stdin), ("stdout", sys.stdout), ("stderr", sys.stderr)):
        if stream is None or not stream.isatty():
            return f"The app needs a terminal, but {name} is not a terminal. {_ALTERNATIVE}"
    term = environ.get("TERM", "")
    if term in _TOO_SIMPLE:
        return f"The app needs a terminal with cursor control, but TERM is “{term}”. {_ALTERNATIVE}"
    return None
