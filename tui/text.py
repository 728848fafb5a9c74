"""The one boundary between text from anywhere and a terminal.

The backends keep every character they are given; a terminal obeys some of them. Whatever is
shown goes through `line`, `title`, `row`, `block` or `whole` first. Their result has a type of its
own, so that a widget which asks for `Safe` cannot be handed anything else.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NewType

Safe = NewType("Safe", str)
"""Text that holds nothing a terminal would obey."""

LONGEST_LINE: Final = 400
LONGEST_BLOCK: Final = 256 * 1024
"""As many characters as the contents of any blog may have."""
REPLACED: Final = "\ufffd"
CUT: Final = "…"

_SEQUENCE: Final = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI: colours, cursor, screen
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f]).*?(?:\x07|\x1b\\|\x9c|\Z)"  # OSC, DCS, SOS, PM, APC
    r"|\x1b[ -/]*[0-~]?",  # every other escape
    re.DOTALL,
)
_LINE_END: Final = re.compile(r"\r\n?|[\u2028\u2029]")
# C0 and C1 controls, bidirectional overrides and isolates, lone surrogates, annotation marks.
_UNFIT: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufff9-\ufffb]"
)
_EMOJI_STYLE: Final = "\ufe0f"
_NO_TITLE: Final = "(no visible title)"
# White space, and what is drawn as nothing: joiners, fillers, variation selectors, tags.
_INVISIBLE: Final = re.compile(
    r"[\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u206f"
    r"\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]*"
)


def editable(text: str) -> Safe:
    """Keep all that an editor can show unchanged; lines end in a line feed."""
    text = _LINE_END.sub("\n", _SEQUENCE.sub("", text))
    return Safe(_UNFIT.sub(REPLACED, text))


def whole(text: str) -> Safe:
    """Make text of several lines fit to show, tabs expanded, whatever its length."""
    return Safe(unicodedata.normalize("NFC", editable(text)).expandtabs(4))


def block(text: str) -> Safe:
    """Make text of several lines fit to show; words say how much of a giant one is left out."""
    left_out = len(text) - LONGEST_BLOCK
    shown = whole(text[:LONGEST_BLOCK])
    if left_out > 0:
        return Safe(f"{shown}\n\n{CUT} {left_out:,} more characters are not shown.")
    return shown


def lines(text: str) -> list[Safe]:
    """Give the lines of what `block` makes of *text*."""
    return [Safe(line) for line in block(text).split("\n")]


def line(text: str, limit: int = LONGEST_LINE) -> Safe:
    """Make text fit to show on one line, cut after *limit* characters."""
    shown = re.sub(r"[\n\t]", " ", whole(text[:limit]))
    return Safe(shown + CUT if len(text) > limit else shown)


def title(text: str, limit: int = LONGEST_LINE) -> Safe:
    """Make a title fit to show on one line; one that nobody could see is put in words."""
    shown = line(text, limit)
    return Safe(_NO_TITLE) if _INVISIBLE.fullmatch(shown) else shown


def row(text: str) -> Safe:
    """Make text fit for a row whose cells are counted: terminals disagree on emoji style."""
    return Safe(line(text).replace(_EMOJI_STYLE, ""))
