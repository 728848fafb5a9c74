"""The command palette, and the text that is shown while a request waits."""

from __future__ import annotations

from textual.screen import Screen

from tests.tui.conftest import LARGE, SMALL, World, staged
from tests.tui.fake import FakeBlogs
from tui.app import BlogsApp
from tui.screens.form import FormScreen
from tui.screens.main import MainScreen
from tui.settings.values import BackendName
from tui.widgets import backend_label
from tui.widgets.list_pane import ListPane

F = BackendName.FUNCTIONS


def offered(stage):
    return {command.title for command in stage.app.get_system_commands(stage.app.screen)}


def descriptions(*places):
    return {binding.description for place in places for binding in place.BINDINGS}


async def test_the_palette_lists_every_available_action(world):
    impossible = {"Undo deletion", "Delete now", "Back", "Menu", "Copy or quit"}
    impossible |= {"Stop loading", "Clear search and order", "Create sample blogs"}
    async with staged(world, LARGE) as stage:
        await stage.sees("id blog-0004")
        wanted = descriptions(BlogsApp, MainScreen, ListPane) - impossible
        assert wanted <= offered(stage)
        assert not impossible & offered(stage)
        assert "Theme" in offered(stage)
        await stage.press("d")
        await stage.sees("Deleting")
        assert {"Undo deletion", "Delete now"} <= offered(stage)


async def test_the_palette_of_the_form_lists_its_actions(world):
    async with staged(world, SMALL) as stage:
        await stage.press("n")
        await stage.is_on("FormScreen")
        assert descriptions(FormScreen) <= offered(stage)
        assert "New" not in offered(stage)


async def test_the_palette_omits_textual_s_own_screen_actions(world):
    assert descriptions(Screen)
    async with staged(world, LARGE) as stage:
        assert not descriptions(Screen) & offered(stage)
        for key in ("n", "B", "C", "L", "m", "b", "dollar_sign"):
            await stage.press(key)
            await stage.until(lambda: stage.screen_name != "MainScreen")
            assert not descriptions(Screen) & offered(stage)
            await stage.press("escape")
            await stage.is_on("MainScreen")


async def test_selecting_an_action_in_the_palette_runs_it():
    async with staged(World(FakeBlogs(230)), SMALL) as stage:
        await stage.press("ctrl+p")
        await stage.is_on("Palette")
        await stage.press(*"load all")
        await stage.sees("Load all", "Key: a")
        await stage.press("enter")
        await stage.until(lambda: stage.screen_name == "MainScreen" or stage.app.focused)
        if stage.screen_name != "MainScreen":
            await stage.press("enter")
        await stage.sees("230 blogs")


async def test_waiting_is_shown_only_for_slow_responses(world, monkeypatch):
    monkeypatch.setattr(backend_label, "WAITING_DELAY_S", 60)
    async with staged(world, SMALL) as stage:
        gate = world.faults[F].hold()
        await stage.press("r")
        await world.faults[F].waiting.wait()
        await stage.idle()
        assert "waiting" not in stage.text()
        gate.set()
        await stage.settled()
        monkeypatch.setattr(backend_label, "WAITING_DELAY_S", 0.01)
        gate = world.faults[F].hold()
        await stage.press("r")
        await stage.sees("… waiting")
        gate.set()
        await stage.until(lambda: "waiting" not in stage.text())
        await stage.settled()
        assert "waiting" not in stage.text()
