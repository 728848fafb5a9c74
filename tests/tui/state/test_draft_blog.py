from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.state.draft_blog import EditableText


@given(st.text())
def test_an_unedited_field_is_saved_unchanged(original):
    for field in (EditableText.of_line(original), EditableText.of_text(original)):
        assert field.stored(field.shown) == original
        assert not field.loses(field.shown)


def test_windows_line_ends_are_preserved():
    field = EditableText.of_text("a\r\nb\r\n")

    assert field.stored("a\nc\n") == "a\r\nc\r\n"
    assert not field.loses("a\nc\n")


def test_an_edit_that_loses_hidden_characters_is_detected():
    field = EditableText.of_text("a\x1b[31mb")

    assert field.loses("ab!")
    assert field.stored("ab!") == "ab!"
