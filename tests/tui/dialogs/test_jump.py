"""Jump mode: press a letter to move the focus."""

from __future__ import annotations

from tests.tui.conftest import LARGE, SMALL, staged
from tui import text
from tui.dialogs.choice import Choice, ChoiceScreen


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
