"""Help opens over every screen with the keys of that screen, and closing it loses nothing."""

from __future__ import annotations

from tests.tui.conftest import LARGE, SMALL, staged
from tests.tui.dialogs.test_id_in_use import conflicting
from tests.tui.dialogs.test_links import KINDS, open_blog, world_with
from tests.tui.fake import Response
from tests.tui.test_palette import offered
from tui.settings.values import BackendName
from tui.widgets.key_table import TEXTUAL_NAMES, can_scroll

F = BackendName.FUNCTIONS


def active_keys(app):
    """Return each key that works now, as it is displayed, with the name of its action."""
    return {
        (app.get_key_display(binding.with_key(key)), named(binding.description))
        for key, (node, binding, _, _) in app.screen.active_bindings.items()
        if can_scroll(node, binding.action) and not key.startswith("super+")
    }


def named(description):
    return TEXTUAL_NAMES.get(description, description)


async def check_keys(stage, active):
    """Check that the help shows these keys with their names, and no others, without scrolling."""
    entries = [entry for group in stage.app.screen.groups.values() for entry in group]
    assert {(key, entry.name) for entry in entries for key in entry.keys} == active
    assert all(name and name not in TEXTUAL_NAMES for _, name in active)
    await stage.sees(*stage.app.screen.groups, *(entry.name for entry in entries))
    assert stage.app.screen.query_one("#help").max_scroll_y == 0


async def open_and_close_help(stage, screen, *keys):
    """Open and close help with each of its keys, and check that *screen* is unchanged."""
    await stage.is_on(screen)
    await stage.pilot.pause()
    focused, before = stage.app.focused, stage.app.screen
    for key, back in zip(keys, ("escape", "f1"), strict=False):
        active = active_keys(stage.app)
        await stage.press(key)
        await stage.is_on("HelpScreen")
        await check_keys(stage, active)
        groups = stage.app.screen.groups
        await stage.press(back)
        await stage.until(lambda: stage.app.screen is before)
    assert stage.app.focused is focused
    return groups


SCREENS = {
    "m": "MetricsScreen",
    "L": "LogScreen",
    "B": "CompareScreen",
    "C": "ConnectionsScreen",
    "c": "ChoiceScreen",
}


async def test_help_opens_over_a_screen_and_closes_again(world):
    async with staged(world, SMALL) as stage:
        await open_and_close_help(stage, "MainScreen", "f1", "question_mark")
        for key, screen in SCREENS.items():
            await stage.press(key)
            await open_and_close_help(stage, screen, "f1", "question_mark")
            assert "Help" in offered(stage)
            await stage.press("escape")
            await stage.is_on("MainScreen")


async def test_help_opens_over_a_text_field(world):
    async with staged(world, SMALL) as stage:
        for key, screen in (("ctrl+o", "JumpScreen"), ("ctrl+p", "Palette")):
            await stage.press(key)
            await open_and_close_help(stage, screen, "f1", "f1")
            await stage.press("escape")
            await stage.is_on("MainScreen")


async def test_help_has_the_keys_of_the_focused_pane_only(world):
    world.blogs.put(id="long", title="Long", contents="line\n\n" * 60)
    async with staged(world, SMALL) as stage:
        await stage.press("slash")
        await stage.until(lambda: stage.app.focused is not stage.list)
        groups = await open_and_close_help(stage, "MainScreen", "f1")
        assert set(groups) == {"Input", "List", "Everywhere"}
        await stage.press("escape", "enter")
        await stage.until(lambda: stage.app.focused is not stage.list)
        await stage.settled()
        groups = await open_and_close_help(stage, "MainScreen", "question_mark")
        assert set(groups) == {"Text", "Blogs", "Everywhere"}
        await stage.press("L", "slash")
        await stage.is_on("LogScreen")
        await stage.until(lambda: stage.app.focused.id == "filter")
        groups = await open_and_close_help(stage, "LogScreen", "f1")
        assert set(groups) == {"Input", "Request log", "Everywhere"}


async def test_help_opens_over_a_form_and_its_preview(world):
    async with staged(world, SMALL) as stage:
        await stage.press("n")
        await stage.is_on("FormScreen")
        await stage.press(*"why", "question_mark")
        await open_and_close_help(stage, "FormScreen", "f1", "f1")
        assert stage.app.focused.value == "why?"
        assert "Help" in offered(stage)
        await stage.sees("f1 Help")
        await stage.press("tab", "tab")
        await open_and_close_help(stage, "FormScreen", "f1")
        await stage.press("f3")
        await open_and_close_help(stage, "PreviewScreen", "f1", "question_mark")
        await stage.press("escape")
        await stage.is_on("FormScreen")
        assert stage.app.screen.query_one("#title").value == "why?"


async def test_help_opens_over_a_conflict(world):
    async with conflicting(world) as (stage, _):
        await open_and_close_help(stage, "TakenScreen", "f1", "question_mark")
        await stage.sees("m Keep mine", "b Keep both", "? Help")
        assert "Help" in offered(stage)


async def test_help_opens_over_the_links():
    async with staged(world_with(KINDS), SMALL) as stage:
        await open_blog(stage)
        await stage.press("o")
        await open_and_close_help(stage, "LinksScreen", "f1", "question_mark")
        assert "Help" in offered(stage)


async def test_a_save_that_ends_under_help_closes_the_form_afterwards(world):
    async with staged(world, SMALL) as stage:
        await stage.press("n")
        gate = world.faults[F].hold()
        await stage.write("Saved under help")
        await world.faults[F].waiting.wait()
        await stage.press("f1")
        await stage.is_on("HelpScreen")
        gate.set()
        await stage.sees_toast("Saved “Saved under help”")
        assert stage.screen_name == "HelpScreen"
        await stage.press("f1")
        await stage.is_on("MainScreen")


async def test_a_quit_dialog_that_ends_under_help_is_closed_afterwards(world):
    async with staged(world, SMALL) as stage:
        await stage.press("d")
        await stage.sees("Deleting in")
        world.faults[F].replace = lambda method, path: Response(500)
        gate = world.faults[F].hold()
        await stage.press("q")
        await stage.sees("Waiting for 1 write")
        await stage.press("f1")
        await stage.is_on("HelpScreen")
        gate.set()
        await stage.sees_toast("was not deleted")
        await stage.press("f1")
        await stage.is_on("MainScreen")
        assert stage.app.is_running


async def test_jump_mode_ends_if_the_size_changed_under_help(world):
    async with staged(world, LARGE) as stage:
        await stage.press("ctrl+o")
        await stage.is_on("JumpScreen")
        await stage.press("f1")
        await stage.is_on("HelpScreen")
        await stage.pilot.resize_terminal(*SMALL)
        await stage.press("f1")
        await stage.is_on("MainScreen")
