"""Everything that has a key can also be clicked."""

from __future__ import annotations

from textual.widgets._footer import FooterKey

from tests.tui.conftest import Stage, staged
from tui.palette import Palette


def drawn_key(stage: Stage, words: str) -> FooterKey | None:
    """Return the footer key with the description *words*, or None if it is not drawn yet."""
    for key in stage.app.screen.query(FooterKey):
        if key.description == words and key.region:
            at, _ = stage.app.screen.get_widget_at(*key.region.center)
            return key if at is key else None
    return None


async def click_key(stage: Stage, words: str) -> None:
    """Click the footer key with the description *words*.

    Textual draws the footer again with new keys: a click on a replaced key is repeated.
    """
    screen = stage.app.screen
    while stage.app.screen is screen:
        await stage.until(lambda: drawn_key(stage, words))
        await stage.idle()
        key = drawn_key(stage, words)
        if key and await stage.pilot.click(key):
            return


async def click_words(stage: Stage, words: str) -> None:
    """Click the first *words* on the screen."""
    await stage.sees(words)
    rows = stage.text().split("\n")
    row = next(number for number, line in enumerate(rows) if words in line)
    await stage.pilot.click(offset=(rows[row].index(words), row))


SCREENS = {
    "Both backends": "CompareScreen",
    "Connections": "ConnectionsScreen",
    "Cost": "CostScreen",
    "Lab": "LabScreen",
    "Metrics": "MetricsScreen",
    "Request log": "LogScreen",
    "Theme": "Palette",
    "New": "FormScreen",
}


async def test_every_screen_can_be_opened_from_the_menu(world, size):
    async with staged(world, size) as stage:
        for command, screen in SCREENS.items():
            await click_key(stage, "Menu")
            await stage.is_on("Palette")
            menu = stage.app.screen
            await stage.press(*command[:4].lower())
            await click_words(stage, command)
            await stage.until(lambda menu=menu: stage.app.screen is not menu)
            await stage.is_on(screen)
            await stage.press("escape")
            await stage.is_on("MainScreen")


async def test_a_click_on_the_deletion_line_undoes_it(world, size):
    async with staged(world, size) as stage:
        await click_key(stage, "Delete")
        await click_words(stage, "u undoes")
        await stage.until(lambda: "u undoes" not in stage.text())
        assert len(world.blogs.table) == 5


async def test_a_click_closes_help(world, size):
    async with staged(world, size) as stage:
        await click_key(stage, "Help")
        await stage.is_on("HelpScreen")
        await click_words(stage, "Sort (the next")
        await stage.is_on("MainScreen")


async def test_only_a_click_outside_a_dialog_closes_it(world, size):
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


async def test_a_click_outside_the_menu_closes_it(world, size):
    async with staged(world, size) as stage:
        await click_key(stage, "Menu")
        await stage.is_on("Palette")
        assert isinstance(stage.app.screen, Palette)
        await stage.pilot.click(offset=(0, 0))
        await stage.is_on("MainScreen")
