"""Keys that arrive faster than the app handles them: pasted, held, or sent by a program."""

from __future__ import annotations

from collections import deque

import pytest
from textual import events
from textual._xterm_parser import XTermParser
from textual.widgets import Input

from tests.tui.conftest import SMALL, staged, swept
from tui import text
from tui.screens.form import FormScreen
from tui.terminal.input_queue import LONG, InputQueue, take_text
from tui.widgets.fields import TextField

MUCH = "0123456789" * 1000
CTRL_C = events.Key("ctrl+c", "\x03")


class Field:
    """A field with one line, or with several."""

    def __init__(self, *, enter):
        self.enter = enter

    def check_consume_key(self, key, character):
        return self.enter if key == "enter" else character.isprintable()


def type_raw(stage, words):
    """Send text and control characters as a terminal does that does not mark pasted text."""
    for event in XTermParser().feed(words):
        stage.app.receive(event)


def reading(stage):
    """Start passing the input to the app, which a test without a terminal does not."""
    return stage.app.run_worker(stage.app._input.run())  # noqa: SLF001 -- see above


@pytest.mark.parametrize(
    ("words", "enter", "taken"),
    [
        ("a" * (LONG - 1), False, ""),
        ("a" * LONG, False, "a" * LONG),
        ("a" * LONG + "\rb", False, "a" * LONG),
        ("a" * LONG + "\rb", True, "a" * LONG + "\nb"),
    ],
)
def test_long_text_for_a_field_is_taken_at_once(words, enter, taken):
    waiting = deque([*words, events.Key("tab", "\t")])
    before = len(waiting)
    assert take_text(waiting, Field(enter=enter)) == taken
    assert len(waiting) == before - len(taken)


def test_text_is_not_taken_at_once_if_no_field_has_the_focus():
    assert take_text(deque("a" * LONG), None) == ""


def mouse(event):
    return event(None, 1, 1, 0, 0, 1, shift=False, meta=False, ctrl=False)


@pytest.mark.parametrize(
    ("between", "calls"),
    [
        ([], 1),
        ([events.Key("a", "a")], 0),
        ([mouse(events.MouseMove)], 1),
        ([mouse(events.MouseDown)], 0),
    ],
)
async def test_two_ctrl_c_in_a_row_interrupt_whatever_waits(world, between, calls):
    interrupts = []
    async with staged(world, SMALL) as stage:
        queue = InputQueue(stage.app, lambda: interrupts.append(1))
        for event in (*[events.Key("j", "j")] * 3, CTRL_C, *between, CTRL_C):
            queue.put(event)
    assert len(interrupts) == calls


async def test_keys_typed_ahead_reach_the_fields_in_order(world):
    async with staged(world, SMALL) as stage:
        reading(stage)
        type_raw(stage, f"nTitle\tAuthor\tone\r{MUCH}\rtwo\x13")
        await stage.sees("Saved “Title”")
        (blog,) = [blog for blog in world.blogs.table.values() if blog["title"] == "Title"]
        assert (blog["author"], blog["contents"]) == ("Author", f"one\n{MUCH}\ntwo")


@pytest.mark.parametrize("field", ["title", *swept("author", "contents")])
async def test_many_characters_are_few_edits(world, monkeypatch, field):
    edits = []
    check = FormScreen._check  # noqa: SLF001 -- runs after each edit
    monkeypatch.setattr(FormScreen, "_check", lambda form: (edits.append(1), check(form)))
    async with staged(world, SMALL) as stage:
        reading(stage)
        await stage.press("n")
        await stage.is_on("FormScreen")
        widget = stage.app.screen.query_one(f"#{field}")
        widget.focus()
        type_raw(stage, MUCH)
        await stage.until(
            lambda: MUCH == (widget.text if field == "contents" else widget.value)  # noqa: SIM300
        )
        assert len(edits) < 10


@pytest.mark.parametrize("opening", ["/", *swept("\x10", "L/")])  # \x10 opens the menu
async def test_other_fields_take_many_characters(world, opening):
    async with staged(world, SMALL) as stage:
        reading(stage)
        type_raw(stage, opening + MUCH)
        await stage.until(lambda: isinstance(stage.app.focused, Input))
        await stage.until(lambda: stage.app.focused.value in {MUCH, text.line(MUCH)})


async def test_undo_removes_text_that_was_inserted_at_once(world):
    async with staged(world, SMALL) as stage:
        reading(stage)
        type_raw(stage, "n\t\tabc")
        await stage.is_on("FormScreen")
        contents = stage.app.screen.query_one(TextField)
        await stage.until(lambda: contents.text == "abc")
        type_raw(stage, MUCH)
        await stage.until(lambda: contents.text == f"abc{MUCH}")
        assert contents.cursor_location == (0, 3 + len(MUCH))
        type_raw(stage, "\x1a")
        await stage.until(lambda: contents.text == "abc")


async def test_ending_the_app_keeps_the_draft_while_keys_wait(world):
    async with staged(world, SMALL) as stage:
        reading(stage)
        type_raw(stage, "nabc")
        await stage.is_on("FormScreen")
        await stage.sees("3 of 200")
        type_raw(stage, "\x1b[D" * 5000)
        stage.app.end(143)
        await stage.until(lambda: not stage.app.is_running)
        assert stage.app.return_code == 143
        (draft,) = stage.app.session.drafts.find(stage.app.session.urls)
        assert draft.title == "abc"
