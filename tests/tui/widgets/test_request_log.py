"""The request log below the list."""

from __future__ import annotations

from tests.tui.conftest import LARGE, SMALL, staged


async def test_the_request_log_shows_the_requests(world):
    world.blogs.cold = True
    async with staged(world, SMALL) as stage:
        await stage.press("l")
        await stage.sees("FUNCTIONS", "GET", "200", "cold", "/Prod/blog?limit=100")
        world.blogs.cold = False
        await stage.press("t")
        await stage.sees("CONTAINERS  GET", "warm")
        await stage.press("l")
        await stage.until(lambda: "cold" not in stage.text())


async def test_a_large_screen_shows_list_blog_and_log_at_once(world):
    async with staged(world, LARGE) as stage:
        await stage.sees("Blog number 0", "id blog-0004", "served by", "functions/GetBlogs")
        await stage.press("l")
        await stage.until(lambda: "served by" not in stage.text())
