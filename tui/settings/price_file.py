"""Where `blogs cost --refresh-prices` keeps the prices that it read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tui.settings.xdg import cache_home


def path(environ: Mapping[str, str]) -> Path:
    """Return the path of the file, which need not exist."""
    return cache_home(environ) / "blogs" / "prices.json"
