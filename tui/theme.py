"""The theme that the user chose in the menu, stored for the next runs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tui.settings.xdg import state_home

_VARIABLE: Final = "TEXTUAL_THEME"
_LONGEST: Final = 100


def stored(environ: Mapping[str, str]) -> str | None:
    """Return the stored theme, or None. TEXTUAL_THEME overrides it."""
    if environ.get(_VARIABLE):
        return None
    try:
        with _file(environ).open(encoding="utf-8") as file:
            return file.read(_LONGEST).strip() or None
    except (OSError, ValueError):
        return None


def store(environ: Mapping[str, str], name: str) -> None:
    """Store *name* for the next runs. Raise OSError on failure."""
    file = _file(environ)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = file.with_name(f"{file.name}.{os.getpid()}")
    temporary.write_text(f"{name}\n", encoding="utf-8")
    temporary.replace(file)


def _file(environ: Mapping[str, str]) -> Path:
    return state_home(environ) / "blogs" / "theme"
