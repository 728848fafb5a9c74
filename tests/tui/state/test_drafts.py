"""Drafts on disk."""

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
def test_a_draft_is_found_unchanged(folder, base):
    folder.write(draft(base=base))

    (offered,) = folder.find(URLS)

    assert (offered.id, offered.title, offered.contents) == ("new-1", "Title", "Words\ud800")
    assert offered.base == base
    assert offered.kept_at


def test_only_the_owner_can_read_a_draft(folder, files, tmp_path):
    folder.write(draft())

    assert [stat.S_IMODE(path.stat().st_mode) for path in files()] == [0o600]
    assert stat.S_IMODE((tmp_path / "state" / "drafts").stat().st_mode) == 0o700


def test_writing_a_draft_again_leaves_one_file(folder, files):
    folder.write(draft())
    folder.write(draft())

    assert len(files()) == 1


def test_a_failed_write_keeps_the_previous_draft(folder, files):
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


def test_deleting_a_draft_twice_is_not_an_error(folder, files):
    folder.write(draft())
    folder.delete("new-1")
    folder.delete("new-1")

    assert files() == []


def test_without_a_folder_there_are_no_drafts(folder):
    assert folder.find(URLS) == []


def test_drafts_of_edits_are_found_on_their_backends_only(folder):
    folder.write(draft("edit", BASE))
    folder.write(draft("new"))

    assert {offered.id for offered in folder.find(URLS)} == {"edit", "new"}
    assert [offered.id for offered in folder.find(("https://elsewhere",))] == ["new"]


def rewrite(path, **changes):
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_the_latest_draft_is_first(folder, files):
    for name in ("one", "two"):
        folder.write(draft(name))
    for path in files():
        if json.loads(path.read_text())["id"] == "two":
            rewrite(path, kept_at="2030-01-01T00:00:00Z")

    assert [offered.id for offered in folder.find(URLS)] == ["two", "one"]


def test_a_draft_open_in_another_process_is_not_found(folder, files):
    folder.write(draft())
    rewrite(files()[0], pid=os.getppid())

    assert folder.find(URLS) == []

    rewrite(files()[0], pid=2**22 + 1)  # higher than any pid of Linux

    assert len(folder.find(URLS)) == 1


@pytest.mark.parametrize(
    "document",
    ["", "[]", "{}", "null", "[" * 100_000, '{"base": 1}', '{"title": 1}'],
    ids=lambda document: document[:8],
)
def test_other_files_are_ignored_and_kept(folder, files, document):
    folder.write(draft())
    (files()[0].parent / "other.json").write_text(document)

    assert len(folder.find(URLS)) == 1
    assert len(files()) == 2


@pytest.mark.parametrize(
    "changes", [{"title": 1}, {"pid": "1"}, {"urls": [1]}, {"base": {"id": "x"}}, {"more": 1}]
)
def test_a_draft_with_an_invalid_field_is_ignored(folder, files, changes):
    folder.write(draft())
    rewrite(files()[0], **changes)

    assert folder.find(URLS) == []


def test_any_id_gives_a_file_inside_the_folder(folder, files):
    for blog_id in ("../../x", "\ud800", "a" * 500, ""):
        folder.write(draft(blog_id))

    assert len(files()) == 4
