"""The lines of the help."""

from __future__ import annotations

import pytest

from tui.widgets.key_table import Entry, lines

GROUPS = {
    "List": [
        Entry("Move", "", 0, ["↑", "↓", "pgup", "pgdn"]),
        Entry("Sort", "by date, author, title, and then by date", 0, ["s"]),
    ],
    "Blogs": [Entry("New", "", 0, ["n"])],
    "Everywhere": [Entry("Quit", "", 0, ["^q"]), Entry("Menu", "", 0, ["^p"])],
}


def plain(width: int) -> list[str]:
    return [line.plain.rstrip() for line in lines(GROUPS, width)]


def test_a_narrow_table_has_one_column():
    assert plain(40) == [
        *("List", "↑ ↓ pgup pgdn Move", "s             Sort (by date, author,"),
        *("              title, and then by date)", "", "Blogs", "n New", ""),
        *("Everywhere", "^q Quit", "^p Menu"),
    ]


def test_a_wide_table_has_two_columns_of_similar_height():
    assert plain(70)[:2] == [
        "List                                Blogs",
        "↑ ↓ pgup Move                       n New",
    ]
    assert len(plain(70)) == 6


@pytest.mark.parametrize("width", [1, 10, 30, 63, 64, 88, 200])
def test_no_word_is_lost_at_any_width(width):
    words = " ".join(" ".join(plain(width)).split())
    for word in ("Move", "pgdn", "author,", "title,", "New", "Quit", "^q", "Everywhere"):
        assert word in words
