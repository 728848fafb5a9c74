"""What a reload keeps, and the note below the rows."""

from __future__ import annotations

import pytest

from tests.tui.conftest import LARGE, SMALL, World, staged
from tests.tui.fake import FakeBlogs, Response
from tui.settings.values import BackendName

F = BackendName.FUNCTIONS


async def go_down(stage, rows):
    await stage.until(lambda: len(stage.list.blogs) >= 50)
    while stage.list.cursor < rows:
        stage.list.cursor = rows
        await stage.pilot.pause(0.02)


@pytest.mark.parametrize(("key", "size"), [("r", LARGE), ("t", SMALL)])
async def test_a_reload_keeps_the_cursor_far_below_the_first_page(size, key):
    async with staged(World(FakeBlogs(230)), size) as stage:
        await go_down(stage, 140)
        kept = stage.list.current.id
        await stage.press(key)
        await stage.until(lambda: not stage.app.session.busy)
        await stage.pilot.pause()
        assert stage.list.current.id == kept


@pytest.mark.parametrize(("key", "size"), [("r", LARGE), ("t", SMALL)])
async def test_the_open_blog_stays_if_the_list_no_longer_contains_it(size, key):
    world = World(FakeBlogs(160))
    async with staged(world, size) as stage:
        await go_down(stage, 140)
        kept = stage.list.current.id
        await stage.press("enter")
        await stage.until(lambda: stage.reader.blog and stage.reader.has_focus_within)
        for number in range(60):
            world.blogs.put(id=f"new-{number}", title="New")
        await stage.press(key)
        await stage.until(lambda: not stage.app.session.busy)
        await stage.settled()
        assert stage.reader.blog.id == kept


@pytest.mark.parametrize(("key", "size"), [("r", LARGE), ("t", SMALL)])
async def test_after_the_open_blog_is_deleted_keys_have_no_target(world, size, key):
    async with staged(world, size) as stage:
        await stage.press("enter")
        await stage.until(lambda: stage.reader.blog and stage.reader.has_focus_within)
        del world.blogs.table["blog-0004"]
        await stage.press(key)
        await stage.sees("This blog has been deleted")
        await stage.settled()
        await stage.press("d", "e")
        await stage.pilot.pause()
        assert stage.screen_name == "MainScreen"
        assert "This blog has been deleted" in stage.text()
        await stage.press("q", "d")
        await stage.sees("Deleting in", "“Blog number 3”")


async def test_a_reload_reads_a_failed_blog_again(world):
    async with staged(world, SMALL) as stage:
        world.faults[F].replace = lambda method, path: Response(500) if "/blog/" in path else None
        await stage.press("enter")
        await stage.sees("failed (500")
        world.faults[F].replace = lambda method, path: None
        await stage.press("r")
        await stage.sees("id blog-0004")


async def test_the_note_follows_the_number_of_rows():
    async with staged(World(FakeBlogs(0)), SMALL) as stage:
        await stage.sees("No blogs yet on FUNCTIONS")
        await stage.press("n")
        await stage.write("The first")
        await stage.sees("The first", "(no more)", "1 blog ")
        assert "No blogs yet" not in stage.text()
        await stage.press("d")
        await stage.sees("Deleting in")
        await stage.press("D")
        await stage.sees("No blogs yet on FUNCTIONS", "0 blogs")
        assert "(no more)" not in stage.text()


async def test_a_save_after_an_outage_loads_the_list(world):
    world.faults[F].down = True
    async with staged(world, LARGE) as stage:
        await stage.sees("Press r")
        world.faults[F].down = False
        await stage.press("n")
        await stage.write("Mended")
        await stage.sees("Mended", "Blog number 4", "6 blogs", "(no more)")
        assert "Press r" not in stage.text()


async def test_the_reading_pane_is_empty_after_the_last_deletion():
    async with staged(World(FakeBlogs(1)), LARGE) as stage:
        await stage.sees("id blog-0000")
        await stage.press("d")
        await stage.sees("Deleting in")
        await stage.press("D")
        await stage.sees("No blogs yet")
        assert "id blog-0000" not in stage.text()


async def test_the_reading_pane_is_empty_after_an_empty_reload():
    world = World(FakeBlogs(1))
    async with staged(world, LARGE) as stage:
        await stage.sees("id blog-0000")
        world.blogs.table.clear()
        await stage.press("r")
        await stage.sees("No blogs yet")
        assert "id blog-0000" not in stage.text()


async def test_the_next_step_after_an_outage_is_not_cut(world):
    async with staged(world, (40, 24)) as stage:
        world.faults[F].down = True
        await stage.press("r")
        await stage.until(lambda: not stage.app.session.busy)
        stage.app.clear_notifications()
        await stage.sees("is running", "Blog number 0")
        assert "Press r, or t to switch to CONTAINERS." in " ".join(stage.text().split())


async def test_a_tall_screen_loads_enough_rows():
    async with staged(World(FakeBlogs(230)), (60, 150)) as stage:
        await stage.until(lambda: len(stage.list.blogs) == 230)
