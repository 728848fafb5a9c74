"""The line that shows unsaved drafts."""

from __future__ import annotations

from tui.client.contract import Blog
from tui.state.drafts import SavedDraft
from tui.widgets.draft_line import message

BASE = Blog(
    id="b",
    title="Old",
    author="",
    contents="",
    created_at="",
    updated_at="",
    version="v1",
    etag='"v1"',
)


def draft(title: str, base: Blog | None = None) -> SavedDraft:
    return SavedDraft(id=title, title=title, author="", contents="", base=base, urls=())


def test_the_line_names_the_latest_draft_and_its_key():
    assert message([draft("One")]) == "Draft (n continues): your new blog “One”"
    both = [draft("Two", BASE), draft("One")]
    assert message(both) == "2 drafts (n continues), the latest: your edit of “Two”"
