"""A new blog that was saved although its response was lost: both versions are shown."""

from __future__ import annotations

from contextlib import asynccontextmanager

import pytest

from tests.tui.conftest import SMALL, staged
from tui.settings.values import BackendName

F = BackendName.FUNCTIONS


def saved_drafts(stage):
    return stage.app.session.drafts.find(stage.app.session.urls)


def fill(stage, title, contents):
    stage.app.screen.query_one("#title").value = title
    stage.app.screen.query_one("#contents").load_text(contents)


@asynccontextmanager
async def continued_draft(world, size=SMALL, **stored):
    """Exit with a draft, store *stored* under its id, and save the draft in the next run."""
    async with staged(world, size) as stage:
        await stage.press("n")
        await stage.is_on("FormScreen")
        fill(stage, "Mine", "My text")
        await stage.until(lambda: [draft.contents for draft in saved_drafts(stage)] == ["My text"])
        draft_id = saved_drafts(stage)[0].id
        stage.app.exit()
    world.blogs.put(id=draft_id, **stored)
    async with staged(world, size) as stage:
        await stage.press("n")
        await stage.sees("Continue (c)")
        await stage.press("c")
        await stage.is_on("FormScreen")
        await stage.press("ctrl+s")
        yield stage, draft_id


def conflicting(world, size=SMALL):
    return continued_draft(world, size, title="Older", contents="Older text")


async def test_a_continued_draft_that_is_stored_counts_as_saved(world):
    async with continued_draft(world, title="Mine", contents="My text") as (stage, draft_id):
        await stage.sees("Saved “Mine”")
        await stage.is_on("MainScreen")
        assert stage.list.current.id == draft_id
        assert not world.blogs.paths("PUT")
        assert not saved_drafts(stage)


async def test_a_continued_draft_that_differs_is_compared(world, size):
    async with conflicting(world, size) as (stage, draft_id):
        await stage.is_on("TakenScreen")
        await stage.sees("already exists", "▌ Title: Mine", "▌ Older text", "b Keep both")
        await stage.press("escape")
        await stage.is_on("FormScreen")
        await stage.sees("My text", "(409). Save again to compare.")
        assert world.blogs.table[draft_id]["title"] == "Older"
        await stage.press("ctrl+s")
        await stage.is_on("TakenScreen")


async def test_mine_replaces_the_stored_version(world):
    async with conflicting(world) as (stage, draft_id):
        await stage.is_on("TakenScreen")
        await stage.press("m")
        await stage.sees("Saved “Mine”")
        assert world.blogs.table[draft_id]["contents"] == "My text"
        assert len(world.blogs.table) == 6
        assert not saved_drafts(stage)


async def test_mine_replaces_only_the_shown_version(world):
    async with conflicting(world) as (stage, draft_id):
        await stage.is_on("TakenScreen")
        world.blogs.put(id=draft_id, title="Third")
        await stage.press("m")
        await stage.is_on("ConflictScreen")
        await stage.sees("▌ Title: Third")
        assert world.blogs.table[draft_id]["title"] == "Third"


async def test_theirs_can_be_edited(world):
    async with conflicting(world) as (stage, draft_id):
        await stage.is_on("TakenScreen")
        await stage.press("t")
        await stage.sees("Older text", "The form now shows the saved version.", "editing")
        await stage.write("Newer")
        await stage.sees("Saved “Newer”")
        assert world.blogs.table[draft_id]["contents"] == "Older text"
        assert len(world.blogs.table) == 6


async def test_both_can_be_kept(world):
    async with conflicting(world) as (stage, draft_id):
        await stage.is_on("TakenScreen")
        await stage.press("b")
        await stage.sees("Saved “Mine”", "Older")
        assert world.blogs.table[draft_id]["title"] == "Older"
        assert [blog["title"] for blog in world.blogs.table.values()].count("Mine") == 1
        assert not saved_drafts(stage)


async def test_a_failed_keep_both_leaves_a_draft(world):
    async with conflicting(world) as (stage, draft_id):
        await stage.is_on("TakenScreen")
        world.faults[F].down = True
        await stage.press("b")
        await stage.sees("is not reachable")
        (draft,) = saved_drafts(stage)
        assert draft.contents == "My text"
        assert draft.id != draft_id


@pytest.mark.parametrize(("key", "blogs"), [("m", 6), ("b", 7)])
async def test_a_save_applied_late_can_be_resolved_in_the_same_run(world, key, blogs):
    async with staged(world, SMALL) as stage:
        await stage.press("n")
        world.faults[F].lose_request.add("POST")
        await stage.write("First", "My text")
        await stage.sees("not saved yet")
        await stage.until(lambda: saved_drafts(stage))
        world.blogs.put(id=saved_drafts(stage)[0].id, title="First", contents="My text")
        await stage.write("Second")
        await stage.is_on("TakenScreen")
        await stage.press(key)
        await stage.sees("Saved “Second”")
        assert len(world.blogs.table) == blogs
