"""The mouse alone: whatever has a key can be reached by clicks."""

from __future__ import annotations

import pytest
from textual.widgets._footer import FooterKey

from tests.tui.conftest import Stage, staged
from tui.palette import Palette


async def click_key(stage: Stage, words: str) -> None:
    """Click on what the footer says of a key."""
    keys = stage.app.screen.query(FooterKey)
    (key,) = (key for key in keys if key.description == words)
    assert await stage.pilot.click(key)


async def click_words(stage: Stage, words: str) -> None:
    """Click where *words* stand first on the screen."""
    await stage.sees(words)
    rows = stage.text().split("\n")
    row = next(number for number, line in enumerate(rows) if words in line)
    await stage.pilot.click(offset=(rows[row].index(words), row))


@pytest.mark.parametrize(
    ("command", "screen"),
    [
        ("Both backends", "CompareScreen"),
        ("Connections", "ConnectionsScreen"),
        ("Metrics", "MetricsScreen"),
        ("Request log", "LogScreen"),
        ("Theme", "Palette"),
        ("New", "FormScreen"),
    ],
)
async def test_every_screen_is_reached_through_the_menu(world, size, command, screen):
    async with staged(world, size) as stage:
        await click_key(stage, "Menu")
        await stage.is_on("Palette")
        menu = stage.app.screen
        await stage.press(*command[:4].lower())
        await click_words(stage, command)
        await stage.until(lambda: stage.app.screen is not menu)
        await stage.is_on(screen)


async def test_what_is_being_deleted_is_kept_by_a_click_on_the_line_that_says_so(world, size):
    async with staged(world, size) as stage:
        await click_key(stage, "Delete")
        await click_words(stage, "u keeps it")
        await stage.until(lambda: "u keeps it" not in stage.text())
        assert len(world.blogs.table) == 5


async def test_the_help_goes_away_by_a_click(world, size):
    async with staged(world, size) as stage:
        await click_key(stage, "Help")
        await stage.is_on("HelpScreen")
        await click_words(stage, "move in the list")
        await stage.is_on("MainScreen")


async def test_a_click_beside_a_dialog_turns_away_and_one_in_it_does_not(world, size):
    world.blogs.put(id="blog-0009", title="Linked", contents="[a](https://a.example) text")
    async with staged(world, size) as stage:
        await stage.press("enter")
        await stage.sees("text")
        await stage.press("o")
        await click_words(stage, "https://a.example")
        await stage.is_on("ChoiceScreen")
        await click_words(stage, "https://a.example")
        await stage.pilot.pause()
        await stage.is_on("ChoiceScreen")
        await stage.pilot.click(offset=(0, 0))
        await stage.is_on("MainScreen")


async def test_the_menu_goes_away_by_a_click_beside_it(world, size):
    async with staged(world, size) as stage:
        await click_key(stage, "Menu")
        await stage.is_on("Palette")
        assert isinstance(stage.app.screen, Palette)
        await stage.pilot.click(offset=(0, 0))
        await stage.is_on("MainScreen")
