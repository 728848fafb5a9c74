"""Where the app and the commands can run."""

from __future__ import annotations

import os
import sys

import pytest

from tests.tui.conftest import swept
from tests.tui.terminal.pseudo_terminal import opened


def test_a_dumb_terminal_gets_a_one_line_error(environ):
    with opened(environ | {"TERM": "dumb"}) as terminal:
        status = terminal.wait()

    assert os.waitstatus_to_exitcode(status) == 2
    assert terminal.seen.count(b"\n") == 1
    assert b"blogs ls" in terminal.seen
    assert b"\x1b" not in terminal.seen


@pytest.mark.parametrize("redirected", ["2> FILE", *swept("0< /dev/null", "> FILE")])
def test_the_app_does_not_start_with_a_redirected_stream(environ, tmp_path, redirected):
    file = tmp_path / "output"
    command = f"exec {sys.executable} -m tui {redirected.replace('FILE', str(file))}"
    with opened(
        environ, command=["-c", f"import os; os.execvp('bash', ['bash', '-c', {command!r}])"]
    ) as terminal:
        status = terminal.wait()

    assert os.waitstatus_to_exitcode(status) == 2
    assert b"\x1b" not in terminal.seen + (file.read_bytes() if file.exists() else b"")


def test_commands_print_plain_text_on_a_dumb_terminal(environ):
    with opened(
        environ | {"TERM": "dumb"}, command=["-m", "tui", "ls", "--limit", "1"]
    ) as terminal:
        assert os.waitstatus_to_exitcode(terminal.wait()) == 0
    assert b"Blog number 4" in terminal.seen
    assert b"\x1b" not in terminal.seen


def test_ctrl_c_at_the_prompt_deletes_nothing(served, environ):
    with opened(environ, command=["-m", "tui", "rm", "blog-0001"]) as terminal:
        terminal.expect(b"[y/N]")
        terminal.type(b"\x03")
        status = terminal.wait()

    assert os.waitstatus_to_exitcode(status) == 130
    assert b"Traceback" not in terminal.seen
    assert len(served.blogs.table) == 5
