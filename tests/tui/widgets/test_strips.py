"""Texts that are cut to a width."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from rich.style import Style

from tui.text import Safe
from tui.widgets.strips import both_ends, column, shortened, strip, window

TEXTS = (
    "plain letters only",
    "日本語の長い題名です",
    "e\u0301a\u0308" * 9,
    "a日e\u0301" * 5,
    "👩‍👩‍👧 and 👍🏽 more",
)


@pytest.mark.parametrize("words", TEXTS)
@pytest.mark.parametrize("width", [1, 2, 3, 8, 9])
def test_a_cut_text_has_an_ellipsis_and_never_exceeds_its_width(words, width):
    for cut in (shortened(words, width), both_ends(words, width)):
        assert cell_len(cut) <= width
        assert "…" in cut


@pytest.mark.parametrize("words", TEXTS)
@pytest.mark.parametrize("width", [0, 1, 2, 7, 8, 30])
def test_columns_and_lines_have_exactly_their_width(words, width):
    assert cell_len(column(Safe(words), width)) == width
    assert strip(Safe(words), width, Style()).cell_length == width


@pytest.mark.parametrize("words", TEXTS)
def test_a_text_that_fits_is_not_cut(words):
    assert shortened(words, cell_len(words)) == both_ends(words, cell_len(words)) == words


def test_both_ends_of_a_long_text_stay_visible():
    assert both_ends("0192f3a4-7b1c-7def-8123-456789abcdef", 13) == "0192f3…abcdef"
    assert both_ends("日本語日本語", 8) == "日 …本語"


@pytest.mark.parametrize(
    ("start", "shown"), [(0, "abcdefg…"), (3, "…efghij…"), (8, "…jklmnop"), (10, "…lmnop  ")]
)
def test_a_scrolled_line_shows_where_it_is_cut(start, shown):
    line = strip(Safe("abcdefghijklmnop"), 16, Style())

    assert window(line, start, 8, Style()).text == shown


@pytest.mark.parametrize(
    ("words", "width", "shown"),
    [
        ("/blog/x", 7, "/blog/x"),
        ("/blog/019e0d3c-one1", 12, "/blog…c-one1"),
        ("/blog/019e0d3c-two2", 12, "/blog…c-two2"),
        ("abc", 2, "…c"),
    ],
)
def test_a_cut_text_shows_both_ends(words, width, shown):
    assert both_ends(words, width) == shown


@pytest.mark.parametrize(
    ("words", "shown"),
    [("abc", "abc  "), ("abcdef", "abcd…"), ("日本語", "日本…"), ("日本", "日本 ")],
)
def test_a_column_has_exactly_its_width_in_cells(words, shown):
    assert column(Safe(words), 5) == shown
