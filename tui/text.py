"""Make text from any source safe for a terminal, and word numbers.

The backends store every character, but a terminal executes control sequences. All text that is
shown must first go through `line`, `title`, `row`, `block` or `whole`. They return the type `Safe`,
so that mypy rejects any other text where a widget expects `Safe`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NewType

Safe = NewType("Safe", str)
"""Text without control characters and control sequences."""

LONGEST_LINE: Final = 400
LONGEST_BLOCK: Final = 256 * 1024
"""The largest number of characters that the contents of a blog can have."""
REPLACED: Final = "\ufffd"
CUT: Final = "…"

_SEQUENCE: Final = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI: colors, cursor, screen
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f]).*?(?:\x07|\x1b\\|\x9c|\Z)"  # OSC, DCS, SOS, PM, APC
    r"|\x1b[ -/]*[0-~]?",  # all other escape sequences
    re.DOTALL,
)
_LINE_END: Final = re.compile(r"\r\n?|[\u2028\u2029]")
# C0 and C1 controls, bidirectional overrides and isolates, lone surrogates, annotation marks.
_UNSAFE: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufff9-\ufffb]"
)
_EMOJI_STYLE: Final = "\ufe0f"
_NO_TITLE: Final = "(no visible title)"
# White space and invisible characters: joiners, fillers, variation selectors, tags.
_INVISIBLE: Final = re.compile(
    r"[\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u206f"
    r"\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]*"
)


def count(number: int, noun: str, *, at_least: bool = False) -> Safe:
    """Return a number with its noun: `1 blog`, `2,000 blogs`, or `2,000+ blogs` if *at_least*."""
    ending = "" if number == 1 and not at_least else "s"
    return Safe(f"{number:,}{'+' if at_least else ''} {noun}{ending}")


def editable(text: str) -> Safe:
    """Return text for an editor: line ends become line feeds, unsafe characters are replaced."""
    text = _LINE_END.sub("\n", _SEQUENCE.sub("", text))
    return Safe(_UNSAFE.sub(REPLACED, text))


def without_unsafe(text: str) -> tuple[Safe, int]:
    """Return text for an editor without unsafe characters, and how many were removed."""
    text = _LINE_END.sub("\n", text)
    kept = _UNSAFE.sub("", _SEQUENCE.sub("", text))
    return Safe(kept), len(text) - len(kept)


def whole(text: str) -> Safe:
    """Return safe text with several lines and expanded tabs, of any length."""
    return Safe(unicodedata.normalize("NFC", editable(text)).expandtabs(4))


def block(text: str) -> Safe:
    """Return safe text with several lines. A very long text is cut, with a note at its end."""
    left_out = len(text) - LONGEST_BLOCK
    shown = whole(text[:LONGEST_BLOCK])
    if left_out > 0:
        return Safe(f"{shown}\n\n{CUT} {count(left_out, 'more character')} not shown.")
    return shown


def lines(text: str) -> list[Safe]:
    """Return the lines of `block(text)`."""
    return [Safe(line) for line in block(text).split("\n")]


def line(text: str, limit: int = LONGEST_LINE) -> Safe:
    """Return safe text on one line, cut after *limit* characters."""
    shown = re.sub(r"[\n\t]", " ", whole(text[:limit]))
    return Safe(shown + CUT if len(text) > limit else shown)


def title(text: str, limit: int = LONGEST_LINE) -> Safe:
    """Return a safe title on one line, or a placeholder if all its characters are invisible."""
    shown = line(text, limit)
    return Safe(_NO_TITLE) if _INVISIBLE.fullmatch(shown) else shown


def row(text: str) -> Safe:
    """Return safe text for a table row, without emoji style: terminals disagree on its width."""
    return Safe(line(text).replace(_EMOJI_STYLE, ""))
