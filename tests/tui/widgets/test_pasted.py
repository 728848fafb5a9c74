"""Text from a paste or an editor: nothing is removed without a message."""

from __future__ import annotations

import pytest

from tui.widgets.pasted import for_line, for_text

REMOVED = "Removed from the pasted text: {} that cannot be displayed."
REPLACED = "Line breaks and tabs in the pasted text were replaced by spaces."


@pytest.mark.parametrize(
    ("words", "kept", "note"),
    [
        ("plain\ttext\r\nof two lines", "plain\ttext\nof two lines", ""),
        ("a\x00b", "ab", REMOVED.format("1 character")),
        ("a\x80b\x07\u202e", "ab", REMOVED.format("3 characters")),
        ("\x1b[31mred\x1b[0m", "red", REMOVED.format("9 characters")),
        ("a\ufffdb", "a\ufffdb", ""),
    ],
)
def test_removed_characters_are_counted(words, kept, note):
    assert for_text(words, "pasted text") == (kept, note)


@pytest.mark.parametrize(
    ("words", "kept", "note"),
    [
        ("plain text\n", "plain text", ""),
        ("one\r\ntwo\tthree", "one two three", REPLACED),
        ("a\x00\nb", "a b", f"{REMOVED.format('1 character')} {REPLACED}"),
    ],
)
def test_a_line_has_spaces_in_place_of_line_breaks_and_tabs(words, kept, note):
    assert for_line(words) == (kept, note)
