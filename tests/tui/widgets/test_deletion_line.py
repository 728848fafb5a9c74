"""The line of the pending deletions."""

from __future__ import annotations

from types import SimpleNamespace

from tests.tui.payloads import EVERYTHING
from tui.settings.values import BackendName
from tui.widgets.deletion_line import message


def waiting(title, seconds):
    blog = SimpleNamespace(title=title)
    return SimpleNamespace(blog=blog, backend=BackendName.CONTAINERS, seconds=seconds)


def test_one_deletion_is_shown_with_its_title_and_backend():
    assert message([waiting("Old", 4)]) == (
        "Deleting in 4 s (u undoes, D deletes now): “Old” from CONTAINERS"
    )


def test_a_long_title_is_cut_after_the_keys():
    assert message([waiting(EVERYTHING, 4)]).startswith("Deleting in 4 s (u undoes, D deletes now)")
    assert len(message([waiting("x" * 500, 4)])) < 130


def test_several_deletions_are_counted_with_the_next_one():
    assert message([waiting("a", 4), waiting("b", 2), waiting("c", 5)]) == (
        "Deleting 3 blogs, the next in 2 s (u undoes, D deletes now)"
    )
