import pytest
from textual.content import Content

from tui.text import Safe
from tui.widgets.few_lines import first_lines

LONG = Safe("The responses differ in a header. " * 6)


@pytest.mark.parametrize("words", [LONG, Safe("日本語の長い題名" * 9), Safe("x" * 200)])
@pytest.mark.parametrize("width", [2, 7, 20, 33])
def test_a_text_is_cut_to_its_lines_with_an_ellipsis(words, width):
    shown = first_lines(words, width, 3)

    assert shown.endswith("…")
    assert len(Content(shown).wrap(width)) <= 3


@pytest.mark.parametrize("words", ["", "One line.", "Two lines of a text."])
def test_a_text_that_fits_is_not_changed(words):
    assert first_lines(Safe(words), 12, 2) == words
