"""How the app ends, and what it keeps and restores."""

from __future__ import annotations

import json
import os
import signal
import threading
from pathlib import Path

import pytest

from tests.running import TIMEOUT_S
from tests.tui.conftest import swept
from tests.tui.terminal.pseudo_terminal import opened

RESTORED = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l")


@pytest.mark.parametrize("keys", [b"n", b"mBLC?", *swept(b"m", b"B", b"L", b"C", b"?")])
def test_keys_typed_after_quit_have_no_effect(environ, keys):
    with opened(environ) as terminal:
        terminal.expect(b"more)")
        terminal.type(b"q" + keys)
        status = terminal.wait()

    assert os.waitstatus_to_exitcode(status) == 0
    assert b"Traceback" not in terminal.seen


def test_quitting_does_not_wait_for_a_response(served, environ):
    served.hold = threading.Event()
    with opened(environ | {"BLOGS_TIMEOUT": "3600"}) as terminal:
        terminal.expect(b"Loading from")
        assert served.holding.wait(TIMEOUT_S)
        terminal.type(b"q")
        status = terminal.wait()

    assert os.waitstatus_to_exitcode(status) == 0
    assert all(sequence in terminal.seen for sequence in RESTORED)


def test_quitting_works_during_a_hanging_dns_lookup(environ):
    code = (
        "import socket, sys, time\n"
        "socket.getaddrinfo = lambda *a, **k: time.sleep(3600)\n"
        "from tui.command.cli import main\n"
        "sys.exit(main([]))\n"
    )
    environ |= {"BLOGS_FUNCTIONS_URL": "http://far.example/Prod"}
    with opened(environ, command=["-c", code]) as terminal:
        terminal.expect(b"waiting")
        terminal.type(b"q")
        assert os.waitstatus_to_exitcode(terminal.wait()) == 0


def test_ctrl_c_ends_the_app_and_restores_the_terminal(environ):
    with opened(environ) as terminal:
        before = terminal.mode()
        terminal.expect(b"number")
        assert terminal.mode() != before
        terminal.type(b"\x03")
        assert os.waitstatus_to_exitcode(terminal.wait()) == 0
        assert terminal.mode() == before

    assert all(sequence in terminal.seen for sequence in RESTORED)


def drafts():
    """Return the titles of the drafts on disk."""
    folder = Path(os.environ["XDG_STATE_HOME"]) / "blogs" / "drafts"
    return [json.loads(path.read_bytes())["title"] for path in folder.glob("*.json")]


def type_a_title(terminal, until):
    """Type a title in the form of a new blog, without a pause, until *until* is true."""
    terminal.expect(b"number")
    terminal.type(b"n")
    mark = terminal.expect(b"Editor")
    terminal.type(b"abc")
    terminal.expect(b"3 of 200", mark)
    for _ in range(190):
        terminal.type(b"x")
        terminal.read(0.05)
        if until():
            return
    pytest.fail("the condition did not become true while typing")


def type_a_longer_title(terminal):
    type_a_title(terminal, until=drafts)
    mark = len(terminal.seen)
    terminal.type(b"END")
    terminal.expect(b"END", mark)


def kept_title():
    """Return how the title of the only draft begins and ends."""
    (title,) = drafts()
    return title[:3] + title[-3:]


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT])
def test_a_signal_keeps_the_draft_and_restores_the_terminal(environ, number):
    with opened(environ) as terminal:
        before = terminal.mode()
        type_a_longer_title(terminal)
        os.kill(terminal.pid, number)
        assert os.waitstatus_to_exitcode(terminal.wait()) == 128 + number
        assert terminal.mode() == before

    assert all(sequence in terminal.seen for sequence in RESTORED)
    assert b"Traceback" not in terminal.seen
    assert kept_title() == "abcEND"


def test_closing_the_terminal_ends_the_app_and_keeps_the_draft(environ):
    with opened(environ) as terminal:
        type_a_longer_title(terminal)
        os.close(terminal.master)
        _, terminal.status = os.waitpid(terminal.pid, 0)

    assert kept_title() == "abcEND"


def test_sigkill_keeps_the_draft(environ):
    with opened(environ) as terminal:
        type_a_title(terminal, until=drafts)
        os.kill(terminal.pid, signal.SIGKILL)
        terminal.wait()

    assert [title[:3] for title in drafts()] == ["abc"]


def test_a_signal_before_the_form_opens_ends_the_app(environ):
    with opened(environ) as terminal:
        terminal.expect(b"number")
        terminal.type(b"n")
        os.kill(terminal.pid, signal.SIGTERM)
        status = terminal.wait()

    assert os.waitstatus_to_exitcode(status) == 143
    assert b"Traceback" not in terminal.seen
    assert not drafts()


SHELL = """
import os, signal, sys
job = os.fork()
if not job:
    os.setpgid(0, 0)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    os.tcsetpgrp(0, os.getpid())
    os.execv(sys.executable, [sys.executable, "-m", "tui"])
_, status = os.waitpid(job, os.WUNTRACED)
if os.WIFSTOPPED(status):
    os.kill(os.getpid(), signal.SIGSTOP)
    os.kill(job, signal.SIGCONT)
    _, status = os.waitpid(job, 0)
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""Runs the app as a job, and stops and continues with it."""


def test_ctrl_z_suspends_and_fg_redraws_at_the_new_size(environ):
    with opened(environ, command=["-c", SHELL]) as terminal:
        before = terminal.mode()
        terminal.expect(b"number")
        terminal.type(b"\x1a")
        assert os.WIFSTOPPED(terminal.wait(options=os.WUNTRACED))
        assert terminal.mode() == before
        assert all(sequence in terminal.seen for sequence in RESTORED)
        mark = len(terminal.seen)
        terminal.resize(120, 40)
        os.kill(terminal.pid, signal.SIGCONT)
        terminal.expect(b"served by", mark)  # the log, which only a large screen shows by default
        terminal.type(b"q")
        assert os.waitstatus_to_exitcode(terminal.wait()) == 0
