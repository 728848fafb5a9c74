"""Drafts on disk: unsaved text that survives a failed save or a crash.

A draft contains the texts of a blog and the URLs of its backends, never the write token.
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
    """The texts of a form, and the stored blog that was being edited (None for a new blog)."""

    id: str
    title: str
    author: str
    contents: str
    base: Blog | None
    urls: tuple[str, ...]
    """The URLs of the backends it was written for."""
    kept_at: str = ""
    """The time in UTC when it was written to disk."""
    pid: int = 0
    """The process that wrote it to disk, and that may still show it in a form."""


class DraftFolder:
    """The drafts of the user, one file each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> DraftFolder:
        return cls(state_home(environ) / "blogs" / "drafts")

    def write(self, draft: SavedDraft) -> None:
        """Write the draft to its file, atomically. Raise OSError on failure."""
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

    def delete(self, blog_id: str) -> None:
        """Delete a draft whose blog was saved, or that the user discarded."""
        with contextlib.suppress(OSError):
            self._path(blog_id).unlink()

    def find(self, urls: tuple[str, ...]) -> list[SavedDraft]:
        """Return the drafts that can be continued, the latest first.

        Leave out edits of blogs on other backends, and drafts that another running app shows.
        """
        found = [draft for draft in self._all() if _is_free(draft)]
        usable = [draft for draft in found if not draft.base or set(draft.urls) & set(urls)]
        return sorted(usable, key=lambda draft: draft.kept_at, reverse=True)

    def _path(self, blog_id: str) -> Path:
        """Return the path of the file. Its name is a hash: an id may contain any character."""
        return (
            self._folder
            / f"{hashlib.sha256(blog_id.encode(errors='surrogatepass')).hexdigest()[:32]}.json"
        )

    def _all(self) -> Iterator[SavedDraft]:
        """Return the drafts that can be read. Ignore other files."""
        for path in self._folder.glob("*.json"):
            with contextlib.suppress(OSError, ValueError, TypeError, KeyError, RecursionError):
                yield _read(json.loads(path.read_bytes()))


def _write(path: Path, data: bytes) -> None:
    """Write a file that only its owner can read, from the first byte on."""
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
        raise TypeError("not a valid draft")
    return draft
