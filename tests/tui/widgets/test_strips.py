"""Texts that are cut to a width."""

from __future__ import annotations

import pytest

from tui.text import Safe
from tui.widgets.strips import both_ends, column


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
    [("abc", "abc  "), ("abcdef", "abcde"), ("日本語", "日本 "), ("日本", "日本 ")],
)
def test_a_column_has_exactly_its_width_in_cells(words, shown):
    assert column(Safe(words), 5) == shown
