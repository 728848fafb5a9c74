"""The theme that a person has chosen, kept from run to run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tui.settings.xdg import state_home

_VARIABLE: Final = "TEXTUAL_THEME"
_LONGEST: Final = 100


def remembered(environ: Mapping[str, str]) -> str | None:
    """Give the theme chosen last; None when none was, or TEXTUAL_THEME names one for this run."""
    if environ.get(_VARIABLE):
        return None
    try:
        with _file(environ).open(encoding="utf-8") as file:
            return file.read(_LONGEST).strip() or None
    except (OSError, ValueError):
        return None


def remember(environ: Mapping[str, str], name: str) -> None:
    """Keep *name* for the next run; raises OSError where nothing can be written."""
    file = _file(environ)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = file.with_name(f"{file.name}.{os.getpid()}")
    written.write_text(f"{name}\n", encoding="utf-8")
    written.replace(file)


def _file(environ: Mapping[str, str]) -> Path:
    return state_home(environ) / "blogs" / "theme"
