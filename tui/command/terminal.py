"""Whether the app can run where it was started."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Final

_DRIVER: Final = "TEXTUAL_DRIVER"
_POOR: Final = {"", "dumb", "unknown"}
_INSTEAD: Final = "the plain commands work anywhere: blogs ls, blogs show ID, blogs --help."


def problem(environ: Mapping[str, str]) -> str | None:
    """Say in one line why there can be no app here, or None."""
    if environ.get(_DRIVER):  # textual-serve draws in a browser, and talks through pipes
        return None
    # Textual draws on stderr, so that one counts too.
    for name, stream in (("stdin", sys.stdin), ("stdout", sys.stdout), ("stderr", sys.stderr)):
        if stream is None or not stream.isatty():
            return f"The app needs a terminal and {name} is none; {_INSTEAD}"
    term = environ.get("TERM", "")
    if term in _POOR:
        return f"The app needs a terminal that can draw and TERM is “{term}”; {_INSTEAD}"
    return None
