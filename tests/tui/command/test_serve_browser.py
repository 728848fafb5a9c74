"""`blogs serve` in Chromium: what its page shows, and what the keys do."""

from __future__ import annotations

import asyncio
import signal
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from tests.running import wait_until
from tests.tui.browser import CHROMIUM, chromium
from tests.tui.command.serving import printed_address, serving
from tests.tui.fake import FakeBlogs, serve

pytestmark = [
    pytest.mark.skipif(
        CHROMIUM is None, reason="needs Chromium or Chrome on PATH (apt install chromium)"
    ),
    pytest.mark.asyncio(loop_scope="module"),
]


@pytest.fixture(scope="module")
def server():
    with serve(FakeBlogs()) as served:
        yield served


@pytest.fixture
def backend(server):
    """Replace the blogs of earlier tests."""
    server.blogs = FakeBlogs(5)
    return server


@pytest.fixture(scope="module")
def address(server, tmp_path_factory):
    with serving(server, tmp_path_factory.mktemp("state")) as process:
        yield printed_address(process)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(tmp_path_factory):
    async with chromium(tmp_path_factory.mktemp("profile")) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser, backend, address):
    """Yield the page of the app when it shows the list; expect no errors in the console."""
    async with browser.page() as opened:
        await opened.open(address.geturl())
        await opened.sees("FUNCTIONS", "Blog number 0", "^p Menu")
        yield opened
        assert opened.errors == []
        assert {urlsplit(url).netloc for url in opened.loaded} == {address.netloc}


async def test_keys_move_in_the_list_and_switch_the_backend(page, backend):
    assert await page.value("[document.title, location.search]") == ["blogs", ""]
    await page.press("ArrowDown")
    await page.sees("id blog-0003")
    before = len(backend.blogs.requests)
    await page.type("t")
    await page.sees("CONTAINERS", "id blog-0003")
    await asyncio.to_thread(wait_until, lambda: len(backend.blogs.requests) > before)
    assert not any(path.startswith("/Prod") for _, path in backend.blogs.requests[before:])


async def test_a_new_blog_is_stored_and_shown(page, backend):
    await page.type("n")
    await page.sees("Title", "Author", "Contents")
    await page.type("Zoë in a browser")
    await page.sees("Zoë in a browser")
    await page.press("s", control=True)
    await page.sees("6 blogs", "Zoë in a browser")
    assert "Zoë in a browser" in [blog["title"] for blog in backend.blogs.table.values()]


_FITS = """
(() => {
  const unused = innerWidth - document.querySelector(".xterm-screen").clientWidth;
  const line = (row) => xterm.buffer.active.getLine(row);
  const text = (row) => line(row).translateToString(false, 0, xterm.cols);
  const color = (row, column) => line(row).getCell(column).getBgColor();
  const last = xterm.rows - 1;
  return innerWidth === WIDTH && 0 <= unused && unused < 40
    && color(0, 0) === color(0, xterm.cols - 1)
    && color(last, 0) === color(last, xterm.cols - 1)
    && text(last).includes("^p Menu")
    && text(2).includes("││") === HAS_TWO_PANES;
})()
"""


async def test_the_app_fills_the_window_after_a_resize(page):
    for width, height, has_two_panes in ((1200, 800, "true"), (800, 500, "false")):
        await page.resize(width, height)
        fits = _FITS.replace("WIDTH", str(width)).replace("HAS_TWO_PANES", has_two_panes)
        await page.until(fits)


async def test_after_quitting_the_app_can_be_started_again(page):
    await page.type("q")
    await page.sees("blogs has ended", "Start again")
    await page.press("Enter")
    await page.sees("FUNCTIONS", "Blog number 0")


async def test_each_tab_runs_its_own_app(page, browser, address):
    async with browser.page() as other:
        await other.open(f"http://{address.netloc}/")
        await other.sees("FUNCTIONS", "Blog number 0")
        await other.type("t")
        await other.sees("CONTAINERS", "Blog number 0")
        await page.press("ArrowDown")
        await page.sees("FUNCTIONS", "id blog-0003")


async def test_the_page_explains_a_missing_key_and_a_stopped_server(browser, backend, tmp_path):
    with serving(backend, tmp_path) as process:
        address = printed_address(process)
        async with browser.page() as page:
            await page.open(f"http://{address.netloc}/")
            await page.sees("Open the URL that blogs serve printed")
            await page.call("Page.navigate", url=address.geturl())
            await page.sees("FUNCTIONS", "Blog number 0")
            process.send_signal(signal.SIGINT)
            await page.sees("start it again")
