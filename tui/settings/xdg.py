"""The user's folders, as the XDG Base Directory Specification defines them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

_NONE: Final = Path("/dev/null")  # no user, not even root, can create a file below it


def config_home(environ: Mapping[str, str]) -> Path:
    """Return the folder for the user's configuration files."""
    return _folder(environ, "XDG_CONFIG_HOME", ".config")


def cache_home(environ: Mapping[str, str]) -> Path:
    """Return the folder for files that a program can make again."""
    return _folder(environ, "XDG_CACHE_HOME", ".cache")


def state_home(environ: Mapping[str, str]) -> Path:
    """Return the folder for the state that programs keep between runs."""
    return _folder(environ, "XDG_STATE_HOME", ".local/state")


def shortened(path: Path, environ: Mapping[str, str]) -> str:
    """Return the path with ~ for the home folder."""
    home = _home(environ)
    return str(Path("~", path.relative_to(home)) if path.is_relative_to(home) else path)


def _folder(environ: Mapping[str, str], variable: str, default: str) -> Path:
    """Return the folder in the variable, or the default. XDG says to ignore a relative path."""
    folder = Path(environ.get(variable, ""))
    return folder if folder.is_absolute() else _home(environ) / default


def _home(environ: Mapping[str, str]) -> Path:
    """Return the home folder, or a path that contains no files for a user without one."""
    try:
        return Path(environ.get("HOME") or Path.home())
    except RuntimeError:
        return _NONE
