"""The limits of the API, which the client checks before it sends a blog."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tui.client.contract import Draft

VALID = Draft(id="x", title="t" * 200, author="a" * 100, contents="c" * 262_144)


def test_a_draft_at_the_limits_has_no_problem():
    assert VALID.problems() == {}
    assert replace(VALID, contents="a\x00b\x1b[31m").problem() is None


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("title", " \n", "The title is empty. Enter a title."),
        ("title", "t" * 201, "The title is longer than 200 characters."),
        ("author", "a" * 101, "The author is longer than 100 characters."),
        ("contents", "é" * 131_073, "The contents are larger than 262,144 bytes."),
        ("title", "\udcff", "The title is not valid UTF-8 text."),
        ("author", "\ud800", "The author is not valid UTF-8 text."),
        ("contents", "\udfff", "The contents are not valid UTF-8 text."),
    ],
)
def test_each_problem_of_a_draft_is_described(field, value, problem):
    assert replace(VALID, **{field: value}).problems() == {field: problem}
