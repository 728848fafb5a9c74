from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.payloads import PAYLOADS, harmful
from tui import text
from tui.client.contract import LARGEST_CONTENTS

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=())) | st.sampled_from(PAYLOADS)


@given(ANY_TEXT)
def test_no_shown_text_contains_control_sequences(wild):
    assert not harmful(text.block(wild))
    assert not harmful(text.line(wild))
    assert not harmful(text.row(wild))
    assert not harmful(text.editable(wild)) - {"\t"}


@given(ANY_TEXT)
def test_a_line_is_one_line(wild):
    assert len(text.line(wild).splitlines()) <= 1
    assert "\n" not in text.line(wild)


@given(st.text(st.characters(categories=["L", "N", "P"])))
def test_plain_text_is_unchanged(words):
    assert text.block(words) == unicodedata.normalize("NFC", words)
    assert text.editable(words) == words


@pytest.mark.parametrize(
    ("wild", "shown"),
    [
        ("a\x1b[31mb", "ab"),
        ("a\x1b]52;c;ZXZpbA==\x07b", "ab"),
        ("a\x1b]0;title\x1b\\b", "ab"),
        ("a\x9b2Jb", "ab"),
        ("a\x9d0;t\x9cb", "ab"),
        ("a\x1bPq#0\x1b\\b", "ab"),
        ("a\x1b]never ends", "a"),
        ("a\x1b", "a"),
        ("a\u202eb\x07c\x08", "a\ufffdb\ufffdc\ufffd"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("\ud800", "\ufffd"),
    ],
)
def test_escape_sequences_are_removed_and_controls_replaced(wild, shown):
    assert text.block(wild) == shown


def test_a_giant_line_is_cut():
    assert len(text.line("x" * 1_000_000)) == text.LONGEST_LINE + 1


def test_only_contents_over_the_limit_are_cut_with_a_note():
    assert text.LONGEST_BLOCK >= LARGEST_CONTENTS
    legal = "x" * LARGEST_CONTENTS
    assert text.block(legal) == legal
    assert text.block(legal + "y" * 1234) == f"{legal}\n\n… 1,234 more characters not shown."


def test_a_row_has_no_emoji_style():
    assert text.row("a\u2764\ufe0fb") == "a\u2764b"


@pytest.mark.parametrize(
    "wild", ["", " ", "\u200b", "\u2060\u00ad", "\U000e0041", "\u3164", "\u200d\ufe0f", "\u2800 \t"]
)
def test_an_invisible_title_has_a_placeholder(wild):
    assert text.title(wild) == "(no visible title)"


@pytest.mark.parametrize("words", ["a", "\u200ba", "👩‍👩‍👧", "…", "\u0bb8\u0bcd"])
def test_a_visible_title_is_unchanged(words):
    assert text.title(words) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 blogs"), (1, "1 blog"), (2, "2 blogs"), (12_345, "12,345 blogs")],
)
def test_a_count_has_separators_and_the_right_plural(number, words):
    assert text.count(number, "blog") == words


def test_an_incomplete_count_has_a_plus_and_the_plural():
    assert text.count(1, "blog", at_least=True) == "1+ blogs"
    assert text.count(2_000, "blog", at_least=True) == "2,000+ blogs"
