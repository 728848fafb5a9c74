"""The home of whoever runs the client."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

_NONE: Final = Path("/dev/null")  # below which nobody can make a file, root neither


def home(environ: Mapping[str, str]) -> Path:
    """Give the home, or for a user who has none a place that holds no file."""
    try:
        return Path(environ.get("HOME") or Path.home())
    except RuntimeError:
        return _NONE
