"""Which requests of the log a person wants to see."""

from __future__ import annotations

import re
from typing import Final

from tui.client.contract import LogEntry
from tui.settings.values import BackendName

HINT: Final = "functions, containers, 404, 4xx, failed, cold, or any text"
_STATUS: Final = re.compile(r"[1-5](?:xx|\d\d)")


def matches(entry: LogEntry, words: str) -> bool:
    """Tell whether every one of *words* holds: a backend, a status, a state, or any text."""
    return all(_holds(entry, word) for word in words.lower().split())


def _holds(entry: LogEntry, word: str) -> bool:
    if word in set(BackendName):
        return entry.kind == word
    if word == "failed":
        return entry.failed
    if word in {"cold", "warm"}:
        return entry.warmth == word
    if _STATUS.fullmatch(word):
        return str(entry.status or "").startswith(word.rstrip("x"))
    return word in f"{entry.method} {entry.path} {entry.served_by} {entry.error}".lower()
