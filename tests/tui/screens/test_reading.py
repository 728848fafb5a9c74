"""Reading a blog beside the list, or in its place."""

from __future__ import annotations

import pytest

from tests.tui.conftest import LARGE, SMALL, staged
from tests.tui.fake import Response
from tui.settings.values import BackendName
from tui.widgets.request_log import RequestLog

F = BackendName.FUNCTIONS


async def test_enter_reads_a_blog_and_q_goes_back(world):
    world.blogs.put(id="new", title="The newest", author="Grace", contents="# Big\n\nSome *text*.")
    async with staged(world, SMALL) as stage:
        await stage.press("enter")
        await stage.sees("by Grace", "id new", "Big", "Some text.", "q Back")
        await stage.press("q")
        await stage.sees("Blog number 4", "q Quit")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_reader_names_the_blog_that_is_loading(world, size):
    async with staged(world, size) as stage:
        await stage.settled()
        gate = world.faults[F].hold()
        await stage.press("down", "enter")
        await stage.sees("Loading “Blog number 3” …")
        assert "Press enter" not in stage.text()
        gate.set()
        await stage.sees("id blog-0003", "Hello")


async def test_a_blog_that_was_loading_is_shown_even_if_the_list_cannot_be_reloaded(world):
    async with staged(world, SMALL) as stage:
        gate = world.faults[F].hold()
        await stage.press("enter")
        await stage.sees("Loading “Blog number 4” …")
        world.faults[F].gate = None
        world.faults[F].replace = lambda _, path: Response(500) if "?" in path else None
        await stage.press("r")
        await stage.sees_toast("failed (500")
        gate.set()
        await stage.sees("id blog-0004", "Hello")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_each_back_key_leads_from_the_blog_to_the_list(world, size):
    async with staged(world, size) as stage:
        for key in ("escape", "q", "ctrl+g"):
            await stage.press("enter")
            await stage.sees("Hello")
            await stage.until(lambda: stage.app.focused is not stage.list)
            await stage.press(key)
            await stage.until(lambda: stage.app.focused is stage.list)
        assert stage.app.is_running


async def test_a_wide_screen_reads_the_blog_under_the_cursor(world):
    async with staged(world, LARGE) as stage:
        await stage.press("down")
        await stage.sees("id blog-0003")
        assert stage.app.focused is stage.list


async def test_a_held_arrow_key_reads_only_the_last_blog(world):
    async with staged(world, LARGE) as stage:
        await stage.sees("id blog-0004")
        await stage.press("down", "down", "down", "down")
        await stage.sees("id blog-0000")
        assert len([path for path in world.blogs.paths("GET") if "/blog/" in path]) <= 3


async def test_opening_the_previewed_blog_reads_it_once(world):
    async with staged(world, LARGE) as stage:
        await stage.sees("id blog-0004")
        await stage.press("down", "enter")
        await stage.sees("id blog-0003")
        await stage.settled()
        assert world.blogs.paths("GET").count("/Prod/blog/blog-0003") == 1


async def test_a_click_opens_a_blog(world):
    async with staged(world, SMALL) as stage:
        await stage.pilot.click("BlogList", offset=(20, 2))
        await stage.sees("id blog-0002")


async def test_a_long_blog_is_drawn_as_lines(world, size):
    world.blogs.put(
        id="long", title="Long", contents="# Long\n\n" + "word " * 20_000 + "\n\nthe end"
    )
    async with staged(world, size) as stage:
        await stage.press("enter")
        await stage.sees("Long", "word word")
        await stage.until(
            lambda: stage.app.focused and type(stage.app.focused).__name__ == "LongText"
        )
        long = stage.app.focused
        assert all(
            "word word" not in line or line.rstrip(" │").endswith("word")
            for line in stage.text().splitlines()
        )
        await stage.press("end")
        await stage.sees("the end")
        height = long.virtual_size.height
        await stage.pilot.resize_terminal(60, 24)
        await stage.until(lambda: long.virtual_size.height != height)
        await stage.press("end")
        await stage.sees("the end")


async def test_a_late_blog_does_not_replace_the_selected_one(world):
    async with staged(world, LARGE) as stage:
        await stage.sees("id blog-0004")
        gate = world.faults[F].hold()
        await stage.press("down")
        await world.faults[F].waiting.wait()
        world.faults[F].gate = None
        await stage.press("down")
        await stage.sees("id blog-0002")
        gate.set()
        await stage.until(lambda: not stage.app.session.busy)
        await stage.pilot.pause()
        assert "id blog-0002" in stage.text()


async def test_a_late_blog_does_not_replace_the_one_that_the_user_reads(world):
    async with staged(world, LARGE) as stage:
        await stage.sees("id blog-0004")
        gate = world.faults[F].hold()
        await stage.press("down")
        await world.faults[F].waiting.wait()
        await stage.press("up", "enter")
        gate.set()
        await stage.until(lambda: not stage.app.session.busy)
        await stage.settled()
        assert "id blog-0004" in stage.text()


async def test_a_reload_keeps_the_focus_in_the_reading_pane(world):
    async with staged(world, LARGE) as stage:
        await stage.sees("id blog-0004")
        await stage.press("tab")
        world.blogs.put(id="blog-0004", title="Changed", contents="Anew")
        await stage.press("r")
        await stage.sees("Anew")
        await stage.until(lambda: stage.reader.has_focus_within)
        await stage.press("shift+tab", "down")
        await stage.sees("id blog-0003")
        assert stage.app.focused is stage.list


async def test_tab_moves_between_panes(world):
    async with staged(world, LARGE) as stage:
        await stage.sees("id blog-0004")
        seen = set()
        for _ in range(3):
            seen.add(type(stage.app.focused).__name__)
            await stage.press("tab")
        assert {"BlogList", RequestLog.__name__} <= seen
        assert len(seen) == 3
