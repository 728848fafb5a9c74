"""The list of blogs."""

from __future__ import annotations

import asyncio

import pytest

from tests.tui.conftest import LARGE, SMALL, World, staged
from tests.tui.fake import FakeBlogs
from tui.settings.values import BackendName

F, C = BackendName.FUNCTIONS, BackendName.CONTAINERS


async def test_the_first_frame_comes_before_any_request(world):
    world.faults[F].gate = asyncio.Event()

    async with staged(world, SMALL, settled=False) as stage:
        await stage.sees("FUNCTIONS", "127.0.0.1:1/Prod", "q Quit")
        await world.faults[F].waiting.wait()
        await stage.sees("waiting", "Loading from FUNCTIONS")
        world.faults[F].gate.set()
        await stage.sees("Blog number 4")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_list_is_newest_first_and_the_footer_shows_keys(world, size):
    async with staged(world, size) as stage:
        await stage.sees("Blog number 0", "5 blogs", "(no more)")
        rows = [line for line in stage.text().splitlines() if " Blog number " in line]
        assert [row.split("number ")[1][0] for row in rows[:5]] == list("43210")
        for key in (
            "n New",
            "e Edit",
            "d Delete",
            "t Switch",
            "b Lab",
            "^p Menu",
            "? Help",
            "q Quit",
        ):
            assert key in stage.text()


async def test_a_cut_title_ends_with_an_ellipsis_beside_the_scroll_bar():
    world = World(FakeBlogs(50))
    world.blogs.put(id="long", title="A title that goes on " * 8)
    async with staged(world, SMALL) as stage:
        await stage.until(lambda: stage.list.show_vertical_scrollbar)
        await stage.until(lambda: "…" in stage.list.render_line(0).text)
        row = next(line for line in stage.text().splitlines() if "A title that goes on" in line)
        assert "…" in row


async def test_scrolling_down_loads_more_until_the_end(size):
    world = World(FakeBlogs(230))
    async with staged(world, size) as stage:
        for _ in range(30):
            await stage.press("end")
            await stage.pilot.pause()
        await stage.until(lambda: len(stage.list.blogs) == 230)
        await stage.press("end")
        await stage.sees("Blog number 0 ", "230 blogs")
        assert len({blog.id for blog in stage.list.blogs}) == 230


async def test_the_mouse_wheel_loads_more_too():
    world = World(FakeBlogs(230))
    async with staged(world, SMALL) as stage:
        stage.list.scroll_to(y=95, animate=False)
        await stage.until(lambda: len(stage.list.blogs) > 100)


async def test_a_page_of_no_rows_is_not_the_end(world):
    """Only the Link header shows if there are more pages."""
    world.blogs = FakeBlogs(210)
    async with staged(world, SMALL) as stage:
        world.faults[F].replace = lambda method, path: empty_page(world, path)
        await stage.press("end")
        await stage.sees("110 blogs", "Blog number 0 ")


def empty_page(world, path):
    """Return the page of *path*; the second one is without rows."""
    response = world.blogs.respond("GET", path, {}, b"")
    if "0110" in path:
        response.body = b"[]"
        world.faults[F].replace = lambda method, path: None
    return response


async def test_r_shows_new_blogs_and_keeps_the_cursor(world):
    async with staged(world, SMALL) as stage:
        await stage.press("down", "down")
        world.blogs.put(id="new", title="Posted later")
        await stage.press("r")
        await stage.sees("Posted later")
        assert stage.list.current.id == "blog-0002"


async def test_no_network_at_the_start_shows_the_next_step(world, size):
    world.faults[F].down = world.faults[C].down = True
    async with staged(world, size) as stage:
        await stage.sees("is not reachable", "Press r")
        await stage.press("t")
        await stage.sees("CONTAINERS at 127.0.0.1:1 is not reachable")
        world.faults[C].down = False
        await stage.press("r")
        await stage.sees("Blog number 4")


async def test_a_later_network_failure_keeps_the_rows(world, size):
    async with staged(world, size) as stage:
        world.faults[F].down = True
        for key in ("r", "e", "enter", "escape"):
            await stage.press(key)
            await stage.until(lambda: not stage.app.session.busy)
        await stage.sees("is not reachable", "Blog number 4")
        await stage.press("d")
        await stage.until(lambda: not stage.app.session.busy)
        await stage.is_on("MainScreen")
        assert len(stage.list.blogs) == 5


async def test_an_empty_list_shows_how_to_write_the_first_blog(size):
    async with staged(World(FakeBlogs(0)), size) as stage:
        await stage.sees("No blogs yet on FUNCTIONS", "n  write a blog")
        await stage.press("down", "end", "enter", "e", "d", "pagedown")
        await stage.press("n")
        await stage.write("The first")
        await stage.sees("The first", "1 blog ")


async def test_a_count_is_shown_only_when_it_is_known(world):
    gate = world.faults[F].hold()
    async with staged(world, SMALL, settled=False) as stage:
        await stage.sees("loading …", "Loading from FUNCTIONS …")
        await stage.press("s")
        await stage.sees("oldest first · esc: newest first")
        assert "0 blogs" not in stage.text()
        assert "0 of" not in stage.text()
        gate.set()
        await stage.sees("5 blogs", "5 of 5 loaded")
        world.faults[C].down = True
        await stage.press("t")
        await stage.sees("CONTAINERS", "not loaded", "is not reachable")
        assert "0 of" not in stage.text()
        assert "Press enter" not in stage.text()
