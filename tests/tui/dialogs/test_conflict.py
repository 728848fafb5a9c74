"""A blog that was changed or deleted during an edit."""

from __future__ import annotations

from tests.tui.conftest import SMALL, staged


async def begin_conflict(stage, world):
    await stage.press("e")
    await stage.is_on("FormScreen")
    world.blogs.put(id="blog-0004", title="Theirs", contents="Their text")
    await stage.write("Mine", "My text")
    await stage.is_on("ConflictScreen")
    await stage.sees(
        "This blog was changed", "▌ Title: Theirs", "▌ Their text", "▌ Title: Mine", "▌ My text"
    )


async def test_a_conflict_can_be_overwritten(world, size):
    async with staged(world, size) as stage:
        await begin_conflict(stage, world)
        await stage.press("m")
        await stage.sees("Mine", "Saved")
        assert world.blogs.table["blog-0004"]["contents"] == "My text"


async def test_a_conflict_can_be_resolved_with_their_version(world):
    async with staged(world, SMALL) as stage:
        await begin_conflict(stage, world)
        await stage.press("t")
        await stage.sees("Theirs", "Their text", "The form now shows the saved version.")
        await stage.write("Both")
        await stage.sees("Both", "Saved")
        assert world.blogs.table["blog-0004"]["contents"] == "Their text"


async def test_closing_a_conflict_keeps_the_text(world):
    async with staged(world, SMALL) as stage:
        await begin_conflict(stage, world)
        await stage.press("escape")
        await stage.is_on("FormScreen")
        await stage.sees("My text", "412")
        assert world.blogs.table["blog-0004"]["title"] == "Theirs"


async def test_an_overwrite_replaces_only_the_shown_version(world):
    async with staged(world, SMALL) as stage:
        await begin_conflict(stage, world)
        world.blogs.put(id="blog-0004", title="Third", contents="Yet another")
        await stage.press("m")
        await stage.sees("▌ Title: Third", "Yet another")
        assert world.blogs.table["blog-0004"]["title"] == "Third"


async def test_a_blog_deleted_during_an_edit_can_be_posted_as_new(world):
    async with staged(world, SMALL) as stage:
        await stage.press("e")
        await stage.is_on("FormScreen")
        del world.blogs.table["blog-0004"]
        await stage.write("Survivor")
        await stage.sees("The blog has been deleted.")
        await stage.press("p")
        await stage.sees("Survivor", "Saved")
        assert "Survivor" in {blog["title"] for blog in world.blogs.table.values()}
        assert "blog-0004" not in world.blogs.table
