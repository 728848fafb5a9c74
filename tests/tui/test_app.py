"""Quitting, sizes of the terminal, and errors of the app itself."""

from __future__ import annotations

import asyncio

import pytest
from textual import events

from tests.tui.conftest import SMALL, World, staged, swept
from tests.tui.fake import FakeBlogs
from tui.settings.values import BackendName

F = BackendName.FUNCTIONS


async def test_q_quits_from_the_list_with_a_request_pending(world):
    async with staged(world, SMALL) as stage:
        world.faults[F].gate = asyncio.Event()
        await stage.press("r")
        await world.faults[F].waiting.wait()
        await stage.press("q")
        await stage.until(lambda: not stage.app.is_running)


async def test_quitting_asks_about_unsaved_text_and_a_second_ctrl_c_quits(world):
    async with staged(world, SMALL) as stage:
        await stage.press("n")
        await stage.is_on("FormScreen")
        await stage.press("x", "ctrl+c")
        await stage.sees("kept as a draft). Quit")
        await stage.press("escape")
        await stage.is_on("FormScreen")
        await stage.press("ctrl+q", "ctrl+c")
        await stage.until(lambda: not stage.app.is_running)


STOPS = ("BLOGS_QUIT_STOPS_LOCAL_CLOUD", "1")


async def test_quitting_asks_once_before_it_stops_the_local_cloud(world, monkeypatch):
    monkeypatch.setenv(*STOPS)
    async with staged(world, SMALL) as stage:
        await stage.press("q")
        await stage.sees("Quit and stop the local cloud?")
        await stage.press("q")  # goes back, as in every dialog
        await stage.is_on("MainScreen")
        await stage.press("n")
        await stage.is_on("FormScreen")
        await stage.press("x", "ctrl+c")
        await stage.sees("You have unsaved text (kept as a draft). Quit and stop the local")
        await stage.press("y")
        await stage.until(lambda: not stage.app.is_running)


@pytest.mark.parametrize("keys", [["Q"], ["ctrl+c", "ctrl+c"], ["q", "Q"], ["m", "Q"], ["c", "Q"]])
async def test_capital_q_and_a_second_ctrl_c_quit_without_asking(world, monkeypatch, keys):
    monkeypatch.setenv(*STOPS)
    async with staged(world, SMALL) as stage:
        for key in keys:
            before = stage.app.screen
            await stage.press(key)
            await stage.until(
                lambda before=before: stage.app.screen is not before or not stage.app.is_running
            )
        await stage.until(lambda: not stage.app.is_running)


async def test_capital_q_keeps_text_and_sends_pending_deletions(world):
    async with staged(world, SMALL) as stage:
        await stage.press("d")
        await stage.sees("Deleting in")
        await stage.press("n")
        await stage.is_on("FormScreen")
        await stage.press("Q", "f3")  # a character in the form
        await stage.is_on("PreviewScreen")
        await stage.press("Q")
        await stage.until(lambda: not stage.app.is_running)
        assert len(world.blogs.table) == 4
        assert [draft.title for draft in stage.app.session.drafts.find(())] == ["Q"]


async def test_capital_q_twice_cancels_no_write(world):
    async with staged(world, SMALL) as stage:
        await stage.press("d")
        await stage.sees("Deleting in")
        gate = world.faults[BackendName.FUNCTIONS].hold()
        await stage.press("Q")
        await stage.sees("Waiting for 1 write to finish")
        await stage.press("Q", "Q")
        assert stage.app.is_running
        gate.set()
        await stage.until(lambda: not stage.app.is_running)
        assert len(world.blogs.table) == 4


async def test_capital_q_twice_loses_no_text(world, tmp_path):
    (tmp_path / "state").write_text("not a folder")
    async with staged(world, SMALL) as stage:
        await stage.press("n")
        await stage.is_on("FormScreen")
        await stage.press("x", "f3")
        await stage.is_on("PreviewScreen")
        await stage.press("Q")
        await stage.sees("You have unsaved text (not saved). Quit?")
        await stage.press("Q")
        assert stage.app.is_running
        await stage.press("y")
        await stage.until(lambda: not stage.app.is_running)


async def test_q_leads_back_from_every_screen(world):
    async with staged(world, SMALL) as stage:
        for key in ("m", "L", "B", "C", "c", "question_mark", "ctrl+o"):
            await stage.press(key)
            await stage.until(lambda: stage.screen_name != "MainScreen")
            await stage.press("q")
            await stage.is_on("MainScreen")


async def test_ctrl_c_quits_at_once_without_unsaved_text(world):
    async with staged(world, SMALL) as stage:
        await stage.press("ctrl+c")
        await stage.until(lambda: not stage.app.is_running)


@pytest.mark.parametrize(
    "keys", ["ctrl+p", *swept("slash", "L slash", "question_mark", "ctrl+o", "n f3", "m", "B", "C")]
)
async def test_ctrl_c_quits_from_everywhere(world, keys):
    async with staged(world, SMALL) as stage:
        await stage.press(*keys.split())
        await stage.idle()
        await stage.press("ctrl+c")
        await stage.until(lambda: not stage.app.is_running)


async def test_ctrl_c_copies_selected_text_and_two_in_a_row_quit(world):
    ctrl_c = events.Key("ctrl+c", "\x03")
    async with staged(world, SMALL) as stage:
        await stage.press("n")
        await stage.is_on("FormScreen")
        await stage.press(*"word", "shift+home", "ctrl+c")
        await stage.sees_toast("Copied")
        assert stage.app.clipboard == "word"
        stage.app.receive(ctrl_c)
        stage.app.receive(ctrl_c)
        await stage.until(lambda: not stage.app.is_running)
        (draft,) = stage.app.session.drafts.find(stage.app.session.urls)
        assert draft.title == "word"


async def test_a_traceback_contains_no_local_variables(world):
    hush = "hush" + "hush"

    async with staged(world, SMALL) as stage:

        def break_it():
            secret = hush
            raise RuntimeError(len(secret))

        try:
            break_it()
        except RuntimeError:
            stage.app._fatal_error()  # noqa: SLF001 -- what Textual calls then
        trace = stage.app._exit_renderables[-1]  # noqa: SLF001 -- what Textual prints then
        shown = "".join(segment.text for segment in trace.segments)
        assert "RuntimeError" in shown
        assert "hushhush" not in shown


@pytest.mark.parametrize("tiny", [(20, 5), (40, 10), (79, 24), (1, 1), (300, 100)], ids=str)
async def test_every_terminal_size_works_at_the_start_and_later(tiny):
    world = World(FakeBlogs(120))
    async with staged(world, tiny) as stage:
        for key in (
            "down",
            "pagedown",
            "enter",
            "escape",
            "n",
            "escape",
            "d",
            "escape",
            "l",
            "question_mark",
            "q",
            "t",
        ):
            await stage.press(key)
            await stage.until(lambda: not stage.app.session.busy)
        await stage.pilot.resize_terminal(80, 24)
        await stage.sees("CONTAINERS", "Blog number")
        place = stage.list.cursor
        await stage.pilot.resize_terminal(*tiny)
        await stage.pilot.resize_terminal(80, 24)
        assert stage.list.cursor == place


async def test_a_resize_keeps_a_dialog_and_its_focus(world):
    async with staged(world, SMALL) as stage:
        await stage.press("n")
        await stage.is_on("FormScreen")
        await stage.press("x", "escape")
        await stage.is_on("ChoiceScreen")
        for size in [(1, 1), (20, 5), (200, 60), (80, 24)]:
            await stage.pilot.resize_terminal(*size)
        await stage.sees("Discard your changes")
        assert stage.app.focused.id == "cancel"
