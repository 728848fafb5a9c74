"""Text that a paste or another program puts into a field."""

from __future__ import annotations

from tui import text
from tui.text import Safe


def for_text(words: str, origin: str) -> tuple[Safe, str]:
    """Return text for a field with several lines, and what to tell the user, if anything."""
    kept, removed = text.without_unsafe(words)
    if not removed:
        return kept, ""
    what = text.count(removed, "character")
    return kept, f"Removed from the {origin}: {what} that cannot be displayed."


def for_line(words: str) -> tuple[Safe, str]:
    """Return pasted text for a field with one line, and what to tell the user, if anything."""
    kept, note = for_text(words, "pasted text")
    stripped = kept.strip("\n")
    if "\n" in stripped or "\t" in stripped:
        replaced = "Line breaks and tabs in the pasted text were replaced by spaces."
        note = f"{note} {replaced}".lstrip()
    return Safe(stripped.replace("\n", " ").replace("\t", " ")), note
