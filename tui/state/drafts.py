"""What was written and not saved, in files of its own, so that it outlives a failure or a crash.

A draft holds a blog's texts and where it was written for, never the token.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tui.client.contract import Blog
from tui.settings.local_clouds import is_alive
from tui.settings.xdg import state_home


@dataclass(frozen=True, kw_only=True)
class SavedDraft:
    """What a form showed, and the stored blog that it began with (none: a new blog)."""

    id: str
    title: str
    author: str
    contents: str
    base: Blog | None
    urls: tuple[str, ...]
    """The backends it was written for."""
    kept_at: str = ""
    """When, in UTC; set when it is kept."""
    pid: int = 0
    """Whose form it may still be in; set when it is kept."""


class DraftFolder:
    """The drafts of one person, a file each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> DraftFolder:
        return cls(state_home(environ) / "blogs" / "drafts")

    def keep(self, draft: SavedDraft) -> None:
        """Write the draft over its former state, whole or not at all. Raises `OSError`."""
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        document = asdict(draft) | {"kept_at": now, "pid": os.getpid()}
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._path(draft.id)
        new = path.with_suffix(f".{os.getpid()}")
        try:
            _write(new, json.dumps(document).encode())
            new.replace(path)
        finally:
            new.unlink(missing_ok=True)

    def drop(self, blog_id: str) -> None:
        """Forget a draft that was saved, or thrown away on purpose."""
        with contextlib.suppress(OSError):
            self._path(blog_id).unlink()

    def offers(self, urls: tuple[str, ...]) -> list[SavedDraft]:
        """Give what can be gone on with, the latest first.

        An edit belongs to its backends; what another running app has in its form is its own.
        """
        found = [draft for draft in self._all() if _is_free(draft)]
        fitting = [draft for draft in found if not draft.base or set(draft.urls) & set(urls)]
        return sorted(fitting, key=lambda draft: draft.kept_at, reverse=True)

    def _path(self, blog_id: str) -> Path:
        """Name the file after no text from outside."""
        return (
            self._folder
            / f"{hashlib.sha256(blog_id.encode(errors='surrogatepass')).hexdigest()[:32]}.json"
        )

    def _all(self) -> Iterator[SavedDraft]:
        """Give what can be read; anything else is left where it is."""
        for path in self._folder.glob("*.json"):
            with contextlib.suppress(OSError, ValueError, TypeError, KeyError, RecursionError):
                yield _read(json.loads(path.read_bytes()))


def _write(path: Path, data: bytes) -> None:
    """Make a file that is its owner's alone from the first byte."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


def _is_free(draft: SavedDraft) -> bool:
    return draft.pid == os.getpid() or not is_alive(draft.pid)


def _read(document: dict[str, Any]) -> SavedDraft:
    base = Blog(**document["base"]) if document["base"] else None
    draft = SavedDraft(**document | {"base": base, "urls": tuple(document["urls"])})
    texts = [draft.id, draft.title, draft.author, draft.contents, draft.kept_at, *draft.urls]
    texts += asdict(base).values() if base else []
    if not all(isinstance(text, str) for text in texts) or not isinstance(draft.pid, int):
        raise TypeError("a draft of another form")
    return draft
