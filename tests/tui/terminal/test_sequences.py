"""Control sequences that reach the terminal."""

from __future__ import annotations

import os
import re

import pytest

from tests.tui.fake import TOKEN
from tests.tui.payloads import ESCAPES, EVERYTHING, MARKDOWN, RAW
from tests.tui.terminal.pseudo_terminal import opened
from tests.tui.terminal.sequences import shapes

CTRL_G, CTRL_O, CTRL_P, ESCAPE = b"\x07", b"\x0f", b"\x10", b"\x1b"


F1, F3 = b"\x1bOP", b"\x1bOR"


PLAIN = (
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n[link](https://example.org) *soft* **loud** `code`\n\n"
    "```\ncode\n```\n"
)


SECOND_LINK = "\n\n<https://example.org/second>\n\n"


HARMLESS = "[/nope] a harmless title"


# Keys, and the text to wait for after each. They open and close every screen.
TOUR = [
    (b"", b"[/nope]"),
    (b"\r", b"LOCK=SAFE"),
    (b"o", b"enter opens"),
    (b"\r", b"Open this link?"),
    (CTRL_G, b"LOCK=SAFE"),
    (b"q", b"Quit"),
    (b"l", b"backend"),
    (b"l", b"number"),
    (b"d", b"Deleting"),
    (b"u", b"undone"),
    (b"c", b"Copy from"),
    (CTRL_G, b"number"),
    (b"e", b"Editor"),
    (F3, b"Keep editing"),
    (F1, b"Move the focus"),
    (F1, b"Keep editing"),
    (CTRL_G, b"Editor"),
    (CTRL_G, b"number"),
    (b"n", b"Editor"),
    (CTRL_G, b"number"),
    (b"?", b"Move the focus"),
    (b"q", b"number"),
    (CTRL_P, b"Search"),
    (ESCAPE, b"number"),
    (CTRL_O, b" a "),
    (b"q", b"number"),
    (b"m", b"outputs do not include"),
    (b"q", b"number"),
    (b"L", b"GET"),
    (b"q", b"number"),
    (b"B", b"CONTAINERS"),
    (b"q", b"number"),
    (b"C", b"timeout"),
    (b"q", b"number"),
    (b"t", b"CONTAINERS"),
    (b"r", b"[/nope]"),
]


def output_of_every_screen(environ):
    """Open every screen, and return the whole output of the app."""
    with opened(environ) as terminal:
        mark = 0
        for keys, words in TOUR:
            terminal.type(keys)
            mark = terminal.expect(words, mark)
            terminal.settle()
            mark = len(terminal.seen)
        terminal.type(b"q")
        assert os.waitstatus_to_exitcode(terminal.wait()) == 0
    return terminal.seen


def test_no_control_sequence_of_a_blog_reaches_the_terminal(served, environ):
    served.blogs.put(
        id="wild", title=HARMLESS, author=HARMLESS, contents=f"LOCK=SAFE{SECOND_LINK}{PLAIN}"
    )
    of_textual = shapes(output_of_every_screen(environ))
    served.blogs.put(
        id="wild", title=EVERYTHING, author=EVERYTHING, contents=EVERYTHING + SECOND_LINK + MARKDOWN
    )
    seen = output_of_every_screen(environ)

    assert shapes(seen) - of_textual == set()
    assert not [raw for raw in RAW if raw in re.sub(rb"\x1b\]22;[a-z-]*\x07", b"", seen)]
    assert TOKEN.encode() not in seen


# All except colors, which Textual writes, too; RAW contains those of the payloads.
SEEN_BY_SHAPE = [raw for raw in ESCAPES if "RED" not in raw]


@pytest.mark.parametrize(
    "raw", [*SEEN_BY_SHAPE, "\x1b[5n", "\x1b]8;;file:///\x1b\\", "\x1bc", "\x85"]
)
def test_each_harmful_sequence_is_found_in_textual_output(raw):
    ours = "\x1b[1;31mtext\x1b[0m\x1b[2;5H\x1b]22;default\x07"

    assert shapes((ours + raw).encode()) - shapes((ours + "\x1b[38;5;2m").encode())
