"""Drafts as files."""

from __future__ import annotations

import json
import os
import resource
import stat
from dataclasses import replace

import pytest

from tui.client.contract import Blog
from tui.state.drafts import DraftFolder, SavedDraft

URLS = ("http://127.0.0.1:1",)
STAMP = "2026-11-25T00:00:00.000000Z"
BASE = Blog(
    id="blog-1",
    title="T\x1b[31m",
    author="A",
    created_at=STAMP,
    updated_at=STAMP,
    version="v1",
    contents="C",
    etag='"v1"',
)


def draft(blog_id="new-1", base=None, urls=URLS):
    return SavedDraft(
        id=blog_id, title="Title", author="Ada", contents="Words\ud800", base=base, urls=urls
    )


@pytest.fixture
def folder(tmp_path):
    return DraftFolder(tmp_path / "state" / "drafts")


@pytest.fixture
def files(tmp_path):
    return lambda: sorted((tmp_path / "state" / "drafts").iterdir())


@pytest.mark.parametrize("base", [None, BASE])
def test_what_is_kept_is_offered_as_it_was(folder, base):
    folder.write(draft(base=base))

    (offered,) = folder.find(URLS)

    assert (offered.id, offered.title, offered.contents) == ("new-1", "Title", "Words\ud800")
    assert offered.base == base
    assert offered.kept_at


def test_a_draft_is_for_its_owners_eyes(folder, files, tmp_path):
    folder.write(draft())

    assert [stat.S_IMODE(path.stat().st_mode) for path in files()] == [0o600]
    assert stat.S_IMODE((tmp_path / "state" / "drafts").stat().st_mode) == 0o700


def test_keeping_again_replaces_and_leaves_nothing_else_behind(folder, files):
    folder.write(draft())
    folder.write(draft())

    assert len(files()) == 1


def test_a_draft_that_cannot_be_written_leaves_the_former_one(folder, files):
    folder.write(draft())
    before = files()[0].read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 1000, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            folder.write(replace(draft(), contents="x" * 100_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert [path.read_bytes() for path in files()] == [before]


def test_a_dropped_draft_is_gone_and_dropping_twice_is_no_fault(folder, files):
    folder.write(draft())
    folder.delete("new-1")
    folder.delete("new-1")

    assert files() == []


def test_no_folder_is_no_draft(folder):
    assert folder.find(URLS) == []


def test_an_edit_is_offered_where_it_was_written_and_a_new_blog_anywhere(folder):
    folder.write(draft("edit", BASE))
    folder.write(draft("new"))

    assert {offered.id for offered in folder.find(URLS)} == {"edit", "new"}
    assert [offered.id for offered in folder.find(("https://elsewhere",))] == ["new"]


def rewrite(path, **changes):
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_the_latest_is_offered_first(folder, files):
    for name in ("one", "two"):
        folder.write(draft(name))
    for path in files():
        if json.loads(path.read_text())["id"] == "two":
            rewrite(path, kept_at="2030-01-01T00:00:00Z")

    assert [offered.id for offered in folder.find(URLS)] == ["two", "one"]


def test_what_another_running_program_has_in_its_form_is_not_offered(folder, files):
    folder.write(draft())
    rewrite(files()[0], pid=os.getppid())

    assert folder.find(URLS) == []

    rewrite(files()[0], pid=2**22 + 1)  # above any number that Linux gives

    assert len(folder.find(URLS)) == 1


@pytest.mark.parametrize(
    "document",
    ["", "[]", "{}", "null", "[" * 100_000, '{"base": 1}', '{"title": 1}'],
    ids=lambda document: document[:8],
)
def test_a_file_that_is_no_draft_is_passed_over_and_left(folder, files, document):
    folder.write(draft())
    (files()[0].parent / "other.json").write_text(document)

    assert len(folder.find(URLS)) == 1
    assert len(files()) == 2


@pytest.mark.parametrize(
    "changes", [{"title": 1}, {"pid": "1"}, {"urls": [1]}, {"base": {"id": "x"}}, {"more": 1}]
)
def test_a_draft_with_a_wrong_field_is_passed_over(folder, files, changes):
    folder.write(draft())
    rewrite(files()[0], **changes)

    assert folder.find(URLS) == []


def test_an_id_of_any_kind_names_a_file_inside_the_folder(folder, files):
    for blog_id in ("../../x", "\ud800", "a" * 500, ""):
        folder.write(draft(blog_id))

    assert len(files()) == 4
