"""Notices edits of what the program declares or runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from watchfiles import Change, awatch

_SUFFIXES: Final = (".py", ".yaml", ".json", ".txt")
_NAMES: Final = ("Dockerfile",)
_NOT_DECLARED: Final = {"docs", "localcloud", "node_modules", "scripts", "tests", "tui"}


async def changes(project: Path) -> AsyncIterator[list[str]]:
    """Give the edited files, relative to *project*, after each burst of edits."""

    def counts(_change: Change, path: str) -> bool:
        parts = Path(path).relative_to(project).parts
        hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
        named = parts[-1].endswith(_SUFFIXES) or parts[-1] in _NAMES
        return named and not hidden and parts[0] not in _NOT_DECLARED

    async for burst in awatch(project, watch_filter=counts, debounce=300, step=50):
        yield sorted({str(Path(path).relative_to(project)) for _, path in burst})
