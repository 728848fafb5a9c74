"""Watches the project's files for edits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Final

from watchfiles import Change, awatch

_SUFFIXES: Final = (".py", ".yaml", ".json", ".txt")
_NAMES: Final = ("Dockerfile",)
_NOT_DEPLOYED: Final = ("docs", "localcloud", "node_modules", "scripts", "tests", "tui")
_SETTLED_MS: Final = 200  # an editor writes several files: one burst of edits ends after this pause


async def changes(project: Path, ready: Callable[[], None]) -> AsyncIterator[list[str]]:
    """Yield the edited files, relative to *project*, after each burst of edits.

    Calls *ready* once, when every later edit will be noticed. Folders are watched one by one: the
    virtual environment and the caches in the project have thousands of folders.
    """
    is_ready = False
    waiting: list[str] = []
    while True:
        folders = list(_folders(project))
        async for burst in _bursts(folders):
            if not is_ready:
                is_ready = True
                ready()
            waiting += [str(Path(path).relative_to(project)) for _, path in burst]
            if list(_folders(project)) != folders:
                break  # watch a new folder first, or its edits would be missed
            if waiting:
                yield sorted(set(waiting))
                waiting = []


def _bursts(folders: list[Path]) -> AsyncIterator[set[tuple[Change, str]]]:
    return awatch(
        *folders,
        watch_filter=_is_watched,
        debounce=_SETTLED_MS,
        step=_SETTLED_MS // 4,
        rust_timeout=_SETTLED_MS,
        yield_on_timeout=True,
        recursive=False,
    )


def _folders(project: Path) -> Iterator[Path]:
    """Yield the project's folder and those below it with files to watch."""
    yield project
    for folder in sorted(project.iterdir()):
        if folder.is_dir() and not _is_ignored(folder) and folder.name not in _NOT_DEPLOYED:
            yield from _all_below(folder)


def _all_below(folder: Path) -> Iterator[Path]:
    yield folder
    for inner in sorted(folder.iterdir()):
        if inner.is_dir() and not _is_ignored(inner):
            yield from _all_below(inner)


def _is_ignored(folder: Path) -> bool:
    return folder.name.startswith((".", "__")) or folder.name.endswith(".egg-info")


def _is_watched(_change: Change, path: str) -> bool:
    name = Path(path).name
    if Path(path).is_dir():
        return not _is_ignored(Path(path)) and name not in _NOT_DEPLOYED
    return not name.startswith(".") and (name.endswith(_SUFFIXES) or name in _NAMES)
