"""Features of every screen: jump mode, and the stored theme."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.tui.conftest import LARGE, SMALL, staged
from tui import text, theme
from tui.app import BlogsApp
from tui.dialogs.choice import Choice, ChoiceScreen
from tui.settings.values import BackendName


async def test_a_letter_of_jump_mode_moves_the_focus(world):
    async with staged(world, LARGE) as stage:
        await stage.press("ctrl+o")
        await stage.is_on("JumpScreen")
        await stage.sees(" a ", " s ")
        await stage.press("s")
        await stage.is_on("MainScreen")
        await stage.until(lambda: stage.app.focused is not stage.list)
        await stage.press("ctrl+o", "a")
        await stage.until(lambda: stage.app.focused is stage.list)


async def test_jump_mode_works_while_typing_and_types_nothing(world):
    async with staged(world, SMALL) as stage:
        await stage.press("n")
        await stage.is_on("FormScreen")
        await stage.press("ctrl+o")
        await stage.is_on("JumpScreen")
        await stage.press("d")
        await stage.is_on("FormScreen")
        await stage.until(lambda: stage.app.focused and stage.app.focused.id == "contents")
        assert stage.app.focused.text == ""


async def test_jump_mode_works_in_a_dialog(world):
    async with staged(world, SMALL) as stage:
        stage.app.push_screen(ChoiceScreen(text.line("Sure?"), [Choice("y", "Yes")]))
        await stage.is_on("ChoiceScreen")
        await stage.press("ctrl+o", "s")
        await stage.is_on("ChoiceScreen")
        await stage.until(lambda: stage.app.focused.id == "answer-y")


async def test_a_close_key_or_a_resize_ends_jump_mode(world):
    async with staged(world, LARGE) as stage:
        focused = stage.app.focused
        for key in ("escape", "q", "ctrl+g", "ctrl+o"):
            await stage.press("ctrl+o")
            await stage.is_on("JumpScreen")
            await stage.press(key)
            await stage.is_on("MainScreen")
            assert stage.app.focused is focused
        await stage.press("ctrl+o")
        await stage.is_on("JumpScreen")
        await stage.pilot.resize_terminal(*SMALL)
        await stage.is_on("MainScreen")
        assert stage.app.focused is focused


async def test_a_click_on_a_letter_moves_the_focus(world):
    async with staged(world, LARGE) as stage:
        await stage.press("ctrl+o")
        await stage.is_on("JumpScreen")
        await stage.pilot.click("#s")
        await stage.is_on("MainScreen")
        await stage.until(lambda: stage.app.focused is not stage.list)


async def test_the_theme_is_stored_for_the_next_run(world):
    async with staged(world, SMALL) as stage:
        assert stage.app.theme == "textual-dark"
        stage.app.theme = "nord"
        await stage.until(lambda: theme.stored(os.environ) == "nord")
    async with staged(world, SMALL) as stage:
        assert stage.app.theme == "nord"


@pytest.mark.parametrize("damage", [b"", b"no-such-theme", b"\xff\xfe", b"x" * 100_000])
def test_a_damaged_theme_file_is_ignored(world, damage):
    theme.store(os.environ, "nord")
    file = Path(os.environ["XDG_STATE_HOME"]) / "blogs" / "theme"
    file.write_bytes(damage)

    assert BlogsApp(world, BackendName.FUNCTIONS).theme == "textual-dark"


async def test_a_theme_in_the_environment_overrides_the_stored_one(monkeypatch):
    theme.store(os.environ, "nord")

    assert theme.stored({**os.environ, "TEXTUAL_THEME": "gruvbox"}) is None


async def test_a_theme_that_cannot_be_stored_applies_to_this_run(world):
    Path(os.environ["XDG_STATE_HOME"]).write_text("a file, no folder")
    async with staged(world, SMALL) as stage:
        stage.app.theme = "nord"
        await stage.sees("The theme cannot be saved")
        assert stage.app.theme == "nord"
