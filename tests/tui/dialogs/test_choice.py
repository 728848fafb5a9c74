"""A question longer than its dialog can be scrolled with the keyboard."""

from __future__ import annotations

import pytest

from tests.tui.conftest import SMALL, World, staged
from tests.tui.dialogs.test_links import open_blog, world_with
from tests.tui.fake import FakeBlogs
from tests.tui.screens.test_connections import backends_at

HUGE = (200, 60)
FLAT = (40, 10)
START, END = "https://example.org/start", "the-very-end"


def address(length):
    return START + "a" * (length - len(START + END)) + END


def has_bar(stage):
    return stage.app.screen.query_one("#question").show_vertical_scrollbar


def joined_text(stage):
    """Return the text of the screen without whitespace and borders."""
    return "".join(stage.text().replace("│", "").split())


async def ask_about_link(stage):
    await open_blog(stage)
    await stage.press("o")
    await stage.is_on("ChoiceScreen")
    await stage.sees("Open this link?")


@pytest.mark.parametrize(
    ("size", "length"), [(FLAT, 2000), (SMALL, 2000), (HUGE, 2000), (HUGE, 9000)]
)
async def test_a_long_address_can_be_scrolled_to_its_end(size, length):
    async with staged(world_with(address(length)), size) as stage:
        await ask_about_link(stage)
        assert has_bar(stage) is (END not in joined_text(stage))
        await stage.press("end")
        await stage.until(lambda: END in joined_text(stage))
        await stage.press("home")
        await stage.sees("Open this link?")
        for _ in range(12):
            await stage.press("pagedown")
        await stage.until(lambda: END in joined_text(stage))
        for _ in range(12):
            await stage.press("pageup")
        await stage.sees("Open this link?")
        assert stage.app.focused.id == "cancel"
        await stage.press("right")
        assert stage.app.focused.id == "answer-b"


async def test_a_short_question_has_no_scrollbar(world):
    async with staged(world, SMALL) as stage:
        await stage.press("c")
        await stage.is_on("ChoiceScreen")
        await stage.press("end", "pagedown")
        await stage.sees("Copy from “Blog number 4”:")
        assert not has_bar(stage)


@pytest.mark.parametrize("size", [FLAT, SMALL])
async def test_the_question_before_a_resend_can_be_scrolled_to_its_end(size):
    world = World(FakeBlogs(1))
    world.backends = backends_at("http://127.0.0.1:1", f"stack {'x' * 900}")
    async with staged(world, size) as stage:
        await stage.press("n")
        await stage.write("Title")
        await stage.is_on("MainScreen")
        await stage.press("L")
        await stage.is_on("LogScreen")
        await stage.press("slash", *"post", "enter", "f")
        await stage.is_on("ChoiceScreen")
        await stage.press("end")
        await stage.until(lambda: "storeddata." in joined_text(stage))
