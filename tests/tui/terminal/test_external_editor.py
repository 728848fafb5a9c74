"""The user's own editor, on a real terminal."""

from __future__ import annotations

import os
import signal

import pytest

from tests.tui.terminal.pseudo_terminal import opened
from tui.flows.external_editor import EditorError, command, edit


@pytest.fixture
def editor(tmp_path):
    """Create an editor from a shell script, which gets the file as $1."""

    def make(script):
        path = tmp_path / "an editor"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o700)
        return f"'{path}' --flag"

    return make


def test_visual_overrides_editor_and_may_have_arguments():
    assert command({"VISUAL": "code --wait", "EDITOR": "vi"}) == ["code", "--wait"]
    assert command({"VISUAL": " ", "EDITOR": "vi"}) == ["vi"]


@pytest.mark.parametrize("environ", [{}, {"EDITOR": "'vi"}], ids=["none", "quote"])
def test_without_an_editor_the_error_shows_the_next_step(environ):
    with pytest.raises(EditorError, match=r"Set VISUAL|Correct it"):
        command(environ)


@pytest.mark.parametrize(
    ("text", "script", "edited"),
    [
        ("a", "printf 'b\\n' >> \"$2\"", "ab"),
        ("a\n", "printf 'b\\n' >> \"$2\"", "a\nb\n"),
        ("é", "true", "é"),
    ],
)
def test_a_newline_that_the_editor_adds_is_removed(editor, text, script, edited):
    assert edit(command({"EDITOR": editor(script)}), text) == edited


@pytest.mark.parametrize("script", ["exit 3", 'rm "$2"', "printf '\\377' > \"$2\""])
def test_a_failing_editor_is_one_message(editor, script):
    with pytest.raises(EditorError, match="nothing was changed"):
        edit(command({"EDITOR": editor(script)}), "text")


def test_a_missing_editor_is_one_message():
    with pytest.raises(EditorError, match="Cannot start the editor /no/such/editor"):
        edit(["/no/such/editor"], "text")


def test_only_the_owner_can_read_the_edited_file(editor, tmp_path):
    mode = f'stat -c %a "$(dirname "$2")" > "{tmp_path}/mode"'

    edit(command({"EDITOR": editor(mode)}), "text")

    assert (tmp_path / "mode").read_text() == "700\n"


def test_the_editor_gets_the_terminal_and_returns_the_text(served, environ, editor):
    environ["EDITOR"] = editor('echo EDITING; read answer; printf "$answer\\\\001\\n" > "$2"')
    with opened(environ) as terminal:
        terminal.expect(b"number")
        terminal.type(b"n")
        mark = terminal.expect(b"Author")
        terminal.type(b"Mine\x1bOS")  # F4
        mark = terminal.expect(b"EDITING", mark)
        terminal.type(b"words from elsewhere\n")
        terminal.expect(b"ords from elsewhere \x1b", mark)
        terminal.expect(b"Removed from the text of the editor: 1 character", mark)
        terminal.type(b"\x13")  # ctrl+s
        mark = terminal.expect(b"Saved", mark)
        terminal.type(b"q")
        assert os.waitstatus_to_exitcode(terminal.wait()) == 0
    stored = {blog["title"]: blog["contents"] for blog in served.blogs.table.values()}
    assert stored["Mine"] == "words from elsewhere"


def test_ctrl_c_ends_the_editor_and_not_the_app(environ, editor):
    environ["EDITOR"] = editor("echo EDITING; read answer")
    with opened(environ) as terminal:
        terminal.expect(b"number")
        terminal.type(b"n")
        mark = terminal.expect(b"Author")
        terminal.type(b"Mine\x1bOS")
        mark = terminal.expect(b"EDITING", mark)
        terminal.type(b"\x03")
        terminal.expect(b"exited with code", mark)
        terminal.type(b"\x07")  # ctrl+g
        mark = terminal.expect(b"Keep as draft", mark)
        terminal.type(b"k")
        mark = terminal.expect(b"number", mark)
        terminal.type(b"q")
        assert os.waitstatus_to_exitcode(terminal.wait()) == 0


def test_a_signal_during_the_editor_ends_the_app_afterwards(environ, editor):
    environ["EDITOR"] = editor("echo EDITING; read answer")
    with opened(environ) as terminal:
        terminal.expect(b"number")
        before = len(terminal.seen)
        terminal.type(b"n")
        mark = terminal.expect(b"Author", before)
        terminal.type(b"\x1bOS")
        terminal.expect(b"EDITING", mark)
        os.kill(terminal.pid, signal.SIGTERM)
        terminal.type(b"\n")
        assert os.waitstatus_to_exitcode(terminal.wait()) == 143
    assert b"Traceback" not in terminal.seen


def test_an_editor_and_signals_do_not_change_the_mode_of_the_terminal(environ, editor):
    environ["EDITOR"] = editor("stty raw -echo; echo EDITING; read answer")
    with opened(environ) as terminal:
        before = terminal.mode()
        terminal.expect(b"number")
        terminal.type(b"n")
        mark = terminal.expect(b"Author")
        terminal.type(b"\x1bOS")  # F4
        terminal.expect(b"EDITING", mark)
        for number in (signal.SIGSTOP, signal.SIGCONT, signal.SIGTERM):
            terminal.send(number)
        terminal.type(b"\n")
        assert os.waitstatus_to_exitcode(terminal.wait()) == 143
        assert terminal.mode() == before
