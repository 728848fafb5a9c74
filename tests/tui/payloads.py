"""Texts that have caused faults in other programs."""

from __future__ import annotations

import unicodedata

MARKUP = (
    "[/nope]",
    "[@click=app.quit]CLICKME[/]",
    "[bold]x[/bold]",
    "a [b c=1 '] d",
    "[type=x, v={'a[0]'}]",
    "[link=file:///etc/passwd]l[/link]",
)
ESCAPES = (
    "\x1b]52;c;ZXZpbA==\x07",
    "\x1b]0;PWNED\x07",
    "\x1b[31mRED",
    "\x1b[2J",
    "\x9b2J",
    "\x1bP+q544e\x1b\\",
    "\x07bell\x08",
    "\u202egnp.exe\u202c",
)
WIDE = (
    "日本語のタイトル",
    "👩‍👩‍👧‍👦 family",
    "\u2764\ufe0f heart",
    "e" + "\u0301" * 300,
    "\u0bb8\u0bcd\u0bb0\u0bc0",
    "🇩🇪🇯🇵",
)
GIANT = ("x" * 1_000_000, "日" * 20_000)
PAYLOADS = MARKUP + ESCAPES + WIDE
EVERYTHING = " ".join(PAYLOADS)
MARKDOWN = (
    "| a | b |\n|---|---|\n| 1 | ([sys:LOCK=SAFE…]) long text to truncate |\n\n"
    "[evil](javascript:alert(1)) [good](https://example.org/a?b=1)\n\n"
    "entities &#x1b;[31m &#x202e;x &#x9b;2J\n\n```[/nope]\ncode \x1b[31m\n```\n\n![pic](file:///x)\n\n<script>\n"
)
# No text may send these to a terminal; Textual itself writes none of them.
RAW = (
    b"\x1b]52;",
    b"\x1b]0;PWNED",
    b"\x1b[31mRED",
    b"\xc2\x9b",
    b"\x1bP+q",
    b"\x07",
    b"\x08",
    "\u202e".encode(),
)


def harmful(shown: str) -> set[str]:
    """Return the characters that control a terminal or that cannot be encoded."""
    bad = {c for c in shown if unicodedata.category(c) in {"Cc", "Cs"}}
    return (
        bad | {c for c in shown if c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}
    ) - {"\n"}
