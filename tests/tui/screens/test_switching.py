"""Switching between the backends."""

from __future__ import annotations

import pytest

from tests.tui.conftest import LARGE, SMALL, staged
from tui.settings.values import BackendName

F, C = BackendName.FUNCTIONS, BackendName.CONTAINERS


async def test_switching_reads_the_open_blog_from_the_other_backend(world, size):
    async with staged(world, size) as stage:
        await stage.press("enter")
        await stage.sees("id blog-0004")
        await stage.press("t")
        await stage.until(lambda: "/blog/blog-0004" in world.blogs.paths("GET"))
        await stage.sees("id blog-0004", "CONTAINERS")


async def test_one_key_switches_the_backend_and_its_name(world, size):
    async with staged(world, size) as stage:
        for key in ("t", "f2"):
            world.blogs.requests.clear()
            await stage.press(key)
            await stage.sees("CONTAINERS", "5 blogs")
            await stage.until(
                lambda: any(path.startswith("/blog?") for path in world.blogs.paths("GET"))
            )
            await stage.press(key)
            await stage.sees("FUNCTIONS")


async def test_f2_switches_while_typing_and_the_save_goes_there(world):
    async with staged(world, SMALL) as stage:
        await stage.press("n")
        await stage.is_on("FormScreen")
        await stage.press(*"tt", "f2")
        await stage.sees("CONTAINERS")
        await stage.press("ctrl+s")
        await stage.sees("Saved “tt” on CONTAINERS")
        assert world.blogs.paths("POST") == ["/blog"]


async def test_a_switch_in_the_form_also_shows_on_the_screen_below(world):
    async with staged(world, SMALL) as stage:
        await stage.press("n")
        await stage.is_on("FormScreen")
        await stage.press("f2")
        await stage.sees("CONTAINERS")
        await stage.until(lambda: not stage.app.session.busy)
        await stage.press("escape")
        await stage.is_on("MainScreen")
        await stage.until(lambda: stage.text().startswith(" CONTAINERS "))


async def test_a_late_list_of_the_previous_backend_is_dropped(world, size):
    async with staged(world, size) as stage:
        gate = world.faults[F].hold()
        await stage.press("r")
        await world.faults[F].waiting.wait()  # the response is ready, but not sent yet
        world.blogs.put(id="new", title="Came after")
        await stage.press("t")
        await stage.sees("CONTAINERS", "Came after", "6 blogs")
        gate.set()
        await stage.until(lambda: not stage.app.session.busy)
        await stage.pilot.pause()
        assert "Came after" in stage.text()
        requested = [
            entry.backend for entry in stage.app.session.requests if "/blog?" in entry.path
        ]
        assert requested.count(F) == 2  # the late response is in the log, under its own backend


async def test_switching_to_a_backend_without_a_url_shows_an_error(world):
    world.names = (C,)
    async with staged(world, SMALL) as stage:
        await stage.press("t")
        await stage.sees_toast("The URL of the FUNCTIONS backend is not set")
        await stage.sees("CONTAINERS")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_rows_of_one_backend_never_appear_under_the_other_name(world, size):
    async with staged(world, size) as stage:
        await stage.press("enter")
        await stage.until(lambda: stage.reader.blog)
        world.faults[C].down = True
        await stage.press("t")
        await stage.sees("CONTAINERS at", "t to switch to", "FUNCTIONS.")
        assert not stage.list.blogs
        await stage.until(lambda: stage.reader.blog is None)
        await stage.press("t")
        await stage.sees("Blog number 4")
