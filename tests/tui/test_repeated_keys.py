"""Keys pressed twice, at the wrong moment, or for a deleted blog: each acts at most once."""

from __future__ import annotations

import pytest
from textual import events
from textual.widgets import Markdown

from tests.tui.conftest import LARGE, SMALL, staged
from tests.tui.fake import problem
from tui.settings.values import BackendName

F = BackendName.FUNCTIONS


def press_at_once(stage, *keys):
    """Send several keys before the app handles the first, as one read from a terminal can."""
    for key in keys:
        stage.app.post_message(events.Key(key, key if len(key) == 1 else None))


async def test_pressing_save_several_times_posts_a_new_blog_once(world):
    async with staged(world, SMALL) as stage:
        await stage.press("n")
        await stage.is_on("FormScreen")
        stage.app.screen.query_one("#title").value = "Once"
        press_at_once(stage, "ctrl+s", "ctrl+s", "ctrl+s")
        await stage.sees("Saved “Once”")
        await stage.settled()
        assert len(world.blogs.paths("POST")) == 1
        assert stage.screen_name == "MainScreen"


async def test_pressing_save_several_times_causes_no_conflict(world):
    async with staged(world, SMALL) as stage:
        await stage.press("e")
        await stage.is_on("FormScreen")
        stage.app.screen.query_one("#title").value = "Once"
        press_at_once(stage, "ctrl+s", "ctrl+s")
        await stage.sees("Saved “Once”")
        await stage.settled()
        assert len(world.blogs.paths("PUT")) == 1
        assert stage.screen_name == "MainScreen"


async def test_save_works_again_after_a_canceled_dialog_and_a_failure(world):
    world.blogs.put(id="wild", title="Title", contents="a\x1b[31mb")
    async with staged(world, SMALL) as stage:
        await stage.press("e")
        await stage.write("Better", "ab!")
        await stage.is_on("ChoiceScreen")
        await stage.press("escape")
        await stage.is_on("FormScreen")
        world.faults[F].down = True
        await stage.press("ctrl+s")
        await stage.is_on("ChoiceScreen")
        await stage.press("s")
        await stage.sees("is not reachable")
        world.faults[F].down = False
        await stage.press("ctrl+s")
        await stage.is_on("ChoiceScreen")
        await stage.press("s")
        await stage.sees("Saved “Better”")


async def test_pressing_edit_twice_opens_one_form(world):
    async with staged(world, SMALL) as stage:
        press_at_once(stage, "e", "e")
        await stage.is_on("FormScreen")
        await stage.settled()
        assert len(stage.app.screen_stack) == 2


async def test_pressing_help_twice_opens_it_once(world):
    async with staged(world, SMALL) as stage:
        for _ in range(2):
            stage.app.action_help()
        await stage.is_on("HelpScreen")
        assert len(stage.app.screen_stack) == 2


async def test_pressing_new_twice_opens_one_form(world):
    async with staged(world, SMALL) as stage:
        main = stage.app.screen
        for _ in range(2):
            main.action_post()
        await stage.is_on("FormScreen")
        assert len(stage.app.screen_stack) == 2


async def test_a_late_response_opens_nothing_over_another_screen(world):
    async with staged(world, SMALL) as stage:
        gate = world.faults[F].hold()
        await stage.press("e")
        await world.faults[F].waiting.wait()
        await stage.press("n", "f1")
        await stage.is_on("HelpScreen")
        gate.set()
        await stage.settled()
        assert stage.screen_name == "HelpScreen"
        assert len(stage.app.screen_stack) == 2


async def test_clicking_a_link_twice_opens_one_dialog(world):
    async with staged(world, SMALL) as stage:
        await stage.press("enter")
        await stage.until(lambda: stage.reader.blog)
        markdown = stage.reader.query_one(Markdown)
        for _ in range(2):
            markdown.post_message(Markdown.LinkClicked(markdown, "https://example.org"))
        await stage.is_on("ChoiceScreen")
        await stage.settled()
        assert len(stage.app.screen_stack) == 2


async def test_pressing_cancel_twice_opens_one_dialog(world):
    async with staged(world, SMALL) as stage:
        await stage.press("n")
        await stage.is_on("FormScreen")
        await stage.press("x")
        form = stage.app.screen
        for _ in range(2):
            form.action_leave()
        await stage.settled()
        assert [type(screen).__name__ for screen in stage.app.screen_stack[1:]] == [
            "FormScreen",
            "ChoiceScreen",
        ]


@pytest.mark.parametrize("key", ["d", "e"])
async def test_a_key_on_a_deleted_blog_reports_and_removes_it(world, key):
    async with staged(world, SMALL) as stage:
        del world.blogs.table["blog-0004"]
        await stage.press(key)
        await stage.sees_toast("has already been deleted")
        await stage.sees("4 blogs")
        assert stage.screen_name == "MainScreen"


async def test_a_404_of_another_server_does_not_remove_the_blog(world):
    async with staged(world, SMALL) as stage:
        world.faults[F].replace = lambda method, path: _html_404()
        await stage.press("d")
        await stage.until(lambda: "does not serve the blog API" in stage.toasts())
        assert len(stage.list.blogs) == 5


def _html_404():
    response = problem(404, "x")
    response.headers["Content-Type"] = "text/html"
    return response


@pytest.mark.parametrize("switches", [1, 2])
async def test_a_form_opens_only_if_the_backend_was_not_switched(world, switches):
    async with staged(world, SMALL) as stage:
        gate = world.faults[F].hold()
        await stage.press("e")
        await world.faults[F].waiting.wait()
        await stage.press(*["t"] * switches)
        gate.set()
        if switches == 1:
            await stage.sees_toast("because you switched the backend. Press e again.")
            await stage.settled()
            assert stage.screen_name == "MainScreen"
            await stage.press("e")
        await stage.is_on("FormScreen")
        await stage.sees("CONTAINERS" if switches == 1 else "FUNCTIONS")


async def test_switching_the_backend_does_not_redirect_a_write(world):
    async with staged(world, SMALL) as stage:
        await stage.press("n")
        gate = world.faults[F].hold()
        await stage.write("Slow")
        await world.faults[F].waiting.wait()
        await stage.press("f2")
        await stage.sees("CONTAINERS", "Saving on FUNCTIONS")
        gate.set()
        await stage.sees("Saved “Slow” on FUNCTIONS", "CONTAINERS")
        assert world.blogs.paths("POST") == ["/Prod/blog"]


async def test_a_retry_goes_to_the_backend_of_the_first_attempt(world):
    async with staged(world, SMALL) as stage:
        await stage.press("e")
        await stage.is_on("FormScreen")
        world.blogs.put(id="blog-0004", title="Theirs")
        gate = world.faults[F].hold()
        await stage.write("Mine")
        await world.faults[F].waiting.wait()
        await stage.press("f2")
        gate.set()
        await stage.is_on("ConflictScreen")
        await stage.press("m")
        await stage.sees("Saved “Mine” on FUNCTIONS", "CONTAINERS")
        assert world.blogs.paths("PUT") == ["/Prod/blog/blog-0004"] * 2


async def test_a_blog_posted_as_new_replaces_the_deleted_one(world):
    async with staged(world, LARGE) as stage:
        await stage.press("e")
        await stage.is_on("FormScreen")
        del world.blogs.table["blog-0004"]
        await stage.write("Survivor")
        await stage.sees("The blog has been deleted.")
        await stage.press("p")
        await stage.sees("Survivor", "5 blogs")
        assert "blog-0004" not in {blog.id for blog in stage.list.blogs}


@pytest.mark.parametrize("tiny", [(20, 5), (40, 10)], ids=str)
async def test_the_focused_field_is_visible_on_a_tiny_screen(world, tiny):
    async with staged(world, tiny) as stage:
        await stage.press("n")
        await stage.is_on("FormScreen")
        for words in ("abc", "def", "ghi"):
            await stage.press(*words)
            await stage.sees(words)
            await stage.press("tab")
        await stage.press("shift+tab", "enter", *"two")
        await stage.sees("Contents", "ghi", "two")
        await stage.press("shift+tab")
        await stage.sees("def")
        await stage.pilot.resize_terminal(80, 24)
        await stage.press("tab")
        await stage.pilot.resize_terminal(*tiny)
        await stage.sees("ghi", "two")


@pytest.mark.parametrize("tiny", [(20, 5), (40, 10)], ids=str)
async def test_the_choices_of_a_conflict_are_visible_on_a_tiny_screen(world, tiny):
    async with staged(world, tiny) as stage:
        await stage.press("e")
        await stage.is_on("FormScreen")
        world.blogs.put(id="blog-0004", title="Theirs")
        await stage.write("Mine")
        await stage.is_on("ConflictScreen")
        await stage.sees("This blog was", "m Keep mine")
