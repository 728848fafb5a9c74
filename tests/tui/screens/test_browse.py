"""Many blogs: loading them all, searching, filtering and sorting what is loaded."""

from __future__ import annotations

import sys

import pytest

from tests.tui.conftest import LARGE, SMALL, World, staged
from tests.tui.fake import FakeBlogs, problem
from tui.client.contract import Summary
from tui.settings.values import BackendName

F = BackendName.FUNCTIONS
MANY = 100_000


def many_blogs():
    stamps = {"created_at": "2026-11-25T00:00:00Z", "updated_at": "", "version": "v1"}
    for row in range(MANY):
        yield Summary(id=f"b{MANY - row}", title=f"T{row}", author="Ada", **stamps)


async def lines_run_by_keys(stage):
    """Press keys, and return how many lines of the client's code they run."""
    count = 0

    def trace(frame, event, _):
        nonlocal count
        if "/tui/" not in frame.f_code.co_filename or "/tests/" in frame.f_code.co_filename:
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        await stage.press("down", "pagedown", "pagedown", "up", "j", "k", "pageup", "home")
    finally:
        sys.settrace(before)
    return count


async def test_keys_run_no_code_for_each_of_a_hundred_thousand_blogs(world):
    async with staged(world, SMALL) as stage:
        few = await lines_run_by_keys(stage)
        stage.list.show(many_blogs(), more=False)
        await stage.press("end")
        await stage.sees("T99999")
        assert stage.list.cursor == MANY - 1
        assert len(stage.list.children) == 0
        await stage.press("home")
        assert 0 < await lines_run_by_keys(stage) < few + MANY


@pytest.mark.parametrize("start", ["a", "end"])
@pytest.mark.parametrize("stop", ["same", "escape"])
async def test_loading_all_can_be_stopped_and_continued(start, stop):
    async with staged(World(FakeBlogs(930)), SMALL) as stage:
        gate = stage.world.faults[F].hold()
        await stage.press(start)
        await stage.sees("Loading all")
        await stage.press(start if stop == "same" else stop)
        gate.set()
        await stage.until(lambda: not stage.app.session.busy and "Loading all" not in stage.text())
        assert 100 < stage.list.loaded < 930
        await stage.sees(f"{stage.list.loaded}+ blogs")
        await stage.press("a")
        await stage.sees("930 blogs")


async def test_a_keeps_the_cursor_and_end_moves_it_to_the_last_blog():
    async with staged(World(FakeBlogs(430)), SMALL) as stage:
        await stage.press("down", "a")
        await stage.sees("430 blogs")
        assert stage.list.cursor == 1
        await stage.press("r")
        await stage.until(lambda: not stage.app.session.busy)
        await stage.press("end")
        await stage.sees("Blog number 0 ", "(no more)")
        assert stage.list.cursor == 429


async def test_moving_the_cursor_while_all_loads_cancels_the_jump():
    async with staged(World(FakeBlogs(430)), SMALL) as stage:
        gate = stage.world.faults[F].hold()
        await stage.press("end", "home")
        gate.set()
        await stage.sees("430 blogs")
        assert stage.list.cursor == 0


async def test_a_failure_keeps_the_loaded_blogs_and_loading_continues():
    async with staged(World(FakeBlogs(430)), SMALL) as stage:
        failing = {"0230"}
        stage.world.faults[F].replace = lambda method, path: (
            problem(500, "broken") if any(word in path for word in failing) else None
        )
        await stage.press("end")
        await stage.until(lambda: "failed (500" in stage.toasts())
        await stage.press("end")
        assert 100 < stage.list.loaded < 430
        failing.clear()
        await stage.press("a")
        await stage.sees("430 blogs")


async def test_rows_not_loaded_yet_have_placeholders():
    async with staged(World(FakeBlogs(430)), SMALL) as stage:
        stage.world.faults[F].hold()
        stage.list.scroll_to(y=95, animate=False)
        await stage.sees("···")
        stage.world.faults[F].gate.set()
        await stage.until(lambda: stage.list.loaded == 200 and "···" not in stage.text())


async def test_a_switch_during_a_slow_page_still_loads_more():
    async with staged(World(FakeBlogs(430)), SMALL) as stage:
        gate = stage.world.faults[F].hold()
        stage.list.cursor = 99
        await stage.world.faults[F].waiting.wait()
        await stage.press("t")
        await stage.until(lambda: stage.list.loaded >= 200)
        gate.set()


async def test_search_shows_matches_and_the_number_searched(size):
    world = World(FakeBlogs(230))
    world.blogs.put(id="x", title="Needle in hay", author="Grace")
    async with staged(world, size) as stage:
        await stage.press("slash", *"NEED")
        await stage.sees("1 of 100 loaded (a: load all) · with “NEED”", "a loads the rest")
        await stage.press("enter", "a")
        await stage.sees("1 of 231 loaded")
        assert [blog.id for blog in stage.list.blogs] == ["x"]
        await stage.press("escape")
        await stage.until(lambda: len(stage.list.blogs) == 231)
        assert stage.app.focused is stage.list


async def test_a_search_without_matches_loads_nothing():
    async with staged(World(FakeBlogs(230)), SMALL) as stage:
        await stage.press("slash", *"zebra")
        await stage.sees("none of 100 loaded; a loads the rest; esc clears the filter")
        await stage.press("enter", "enter", "e", "d", "f", "down", "end")
        assert stage.screen_name == "MainScreen"


async def test_arrow_keys_move_from_the_search_to_the_rows(world):
    async with staged(world, SMALL) as stage:
        await stage.press("slash", *"number", "down", "down")
        await stage.until(lambda: stage.list.cursor == 1)


async def test_escape_leaves_an_empty_search(world):
    async with staged(world, SMALL) as stage:
        await stage.press("slash", "escape")
        await stage.until(lambda: stage.app.focused is stage.list)
        await stage.until(lambda: "start of an id" not in stage.text())


async def test_sorting_cycles_and_keeps_the_cursor_on_its_blog():
    world = World(FakeBlogs(0))
    for number, (title, author) in enumerate([("b", "Zoe"), ("C", "Ada"), ("a", "Bob")]):
        world.blogs.put(id=f"id{number}", title=title, author=author)
    async with staged(world, SMALL) as stage:
        await stage.press("down")
        assert stage.list.current.id == "id1"
        for words, order in [
            ("oldest first", "012"),
            ("by author", "120"),
            ("by title", "201"),
        ]:
            await stage.press("s")
            await stage.sees("3 of 3 loaded", words)
            assert "".join(blog.id[2] for blog in stage.list.blogs) == order
            assert stage.list.current.id == "id1"
        await stage.press("s")
        await stage.until(lambda: "loaded" not in stage.text())


async def test_rows_added_above_the_cursor_do_not_move_visible_rows():
    async with staged(World(FakeBlogs(430)), SMALL) as stage:
        await stage.press("s")
        stage.list.cursor = 60
        await stage.pilot.pause()
        kept = stage.list.current
        place = stage.list.cursor - stage.list.scroll_offset.y
        await stage.press("a")
        await stage.sees("430 of 430 loaded")
        await stage.until(lambda: stage.list.cursor - stage.list.scroll_offset.y == place)
        assert stage.list.current is kept


async def test_f_filters_by_author_and_back(world, size):
    world.blogs.put(id="x", title="Other", author="Grace")
    async with staged(world, size) as stage:
        await stage.press("f")
        await stage.sees("1 of 6 loaded · by Grace")
        await stage.press("f")
        await stage.until(lambda: len(stage.list.blogs) == 6)


async def test_a_search_updates_the_preview_and_survives_a_switch(world):
    async with staged(world, LARGE) as stage:
        await stage.press("slash", *"number 3", "enter")
        await stage.sees("1 of 5 loaded", "id blog-0003")
        await stage.press("t")
        await stage.sees("CONTAINERS", "1 of 5 loaded")
        await stage.sees("id blog-0003")


async def test_an_edited_blog_that_no_longer_matches_disappears(world):
    async with staged(world, SMALL) as stage:
        await stage.press("slash", *"number", "enter", "e")
        await stage.write("Other")
        await stage.sees("Saved", "4 of 5 loaded")
