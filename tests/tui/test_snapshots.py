"""What each screen looks like, at the size of a small and of a roomy terminal."""

from __future__ import annotations

import pytest
from textual._context import visible_screen_stack

from tests.tui import snapshot
from tests.tui.conftest import World, staged
from tests.tui.fake import FakeBlogs
from tui.contract import Kind

F = Kind.FUNCTIONS
MARKDOWN = """# A head

Some *text* with `code` and a [link](https://example.org).

| a | b |
|---|---|
| 1 | 2 |

* one
* two
"""

pytestmark = pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=["80x24", "120x36"])


@pytest.fixture
def world(monkeypatch):
    # The seconds that are left are counted from a clock that stands still.
    monkeypatch.setattr("tui.deletions.monotonic", lambda: 1000.0)
    world = World(FakeBlogs(3))
    world.blogs.put(id="told", title="日本語 and é", author="Grace", contents=MARKDOWN)
    world.blogs.put(id="long", title="A title that goes on " * 8, author="Nobody " * 8)
    return world


@pytest.fixture
def shot(request, size):
    """Compare the screen once it stands still."""

    async def take(stage, *words):
        await stage.sees(*words)
        await stage.until(lambda: not stage.app.session.busy)
        stage.app.clear_notifications()
        before = None
        while before != (before := snapshot.drawn(whole(stage))):
            await stage.pilot.pause(0.3)
        name = request.function.__name__.removeprefix("test_")
        snapshot.check(f"{name}-{size[0]}x{size[1]}", whole(stage))

    return take


def whole(stage):
    """Give the lines of the screen, what a dialog dims included."""
    stage.app.screen.refresh()  # it may have been drawn without
    visible_screen_stack.set(list(stage.app._background_screens))  # noqa: SLF001 -- Textual's way
    return stage.strips()


async def hide_log(stage):
    """Take the log away, whose times are never the same."""
    if "served by" in stage.text():
        await stage.press("l")
        await stage.until(lambda: "served by" not in stage.text())


async def test_list(world, size, shot):
    async with staged(world, size) as stage:
        await hide_log(stage)
        await shot(stage, "Blog number 0", "(no more)")


async def test_list_of_nothing(world, size, shot):
    world.blogs.table.clear()
    async with staged(world, size) as stage:
        await hide_log(stage)
        await shot(stage, "No blogs yet")


async def test_list_after_a_failure(world, size, shot):
    world.faults[F].down = True
    async with staged(world, size) as stage:
        await hide_log(stage)
        await shot(stage, "cannot be reached")


async def test_search_and_sort(world, size, shot):
    async with staged(world, size) as stage:
        await hide_log(stage)
        await stage.press("slash", *"number", "enter", "s")
        await shot(stage, "3 of 5 loaded", "oldest first")


async def test_two_deletions_that_wait(world, size, shot):
    async with staged(world, size) as stage:
        await hide_log(stage)
        await stage.press("down", "d")
        await stage.until(lambda: stage.app.session.deletions.of("told"))
        await stage.press("down", "d")
        await shot(stage, "Deleting 2 blogs, the next in 5 s", "gone in 5 s")


async def test_blog(world, size, shot):
    async with staged(world, size) as stage:
        await hide_log(stage)
        await stage.press("down", "enter")
        await shot(stage, "A head", "one")


async def test_blog_as_it_is_written(world, size, shot):
    async with staged(world, size) as stage:
        await hide_log(stage)
        await stage.press("down", "enter")
        await stage.sees("A head")
        await stage.press("v")
        await shot(stage, "# A head", "* one")


async def test_form_with_something_wrong(world, size, shot):
    async with staged(world, size) as stage:
        await stage.press("n")
        await stage.is_on("FormScreen")
        stage.app.screen.query_one("#title").cursor_blink = False
        stage.app.screen.query_one("#author").value = "x" * 101
        await shot(stage, "The author has 101 characters")


async def test_preview(world, size, shot):
    async with staged(world, size) as stage:
        await stage.press("n")
        await stage.is_on("FormScreen")
        stage.app.screen.query_one("#contents").load_text(MARKDOWN)
        await stage.press("f3")
        await shot(stage, "A head", "one")


async def test_conflict(world, size, shot):
    async with staged(world, size) as stage:
        await stage.press("down", "e")
        await stage.is_on("FormScreen")
        world.blogs.put(id="told", title="Theirs", author="Grace", contents="same\ntheirs")
        await stage.write("Mine", "same\nmine")
        await shot(stage, "▌ mine", "▌ theirs")


async def test_question(world, size, shot):
    async with staged(world, size) as stage:
        await hide_log(stage)
        await stage.press("c")
        await shot(stage, "Copy what of")


async def test_help(world, size, shot):
    async with staged(world, size) as stage:
        await hide_log(stage)
        await stage.press("question_mark")
        await shot(stage, "move in the list")
