"""What the real program does to a real terminal."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time

import pytest

from tests.tui.fake import TOKEN, FakeBlogs, serve
from tests.tui.payloads import EVERYTHING, MARKDOWN, RAW
from tests.tui.terminal import opened

RESTORED = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l")


@pytest.fixture
def served():
    with serve(FakeBlogs(5)) as served:
        yield served


@pytest.fixture
def environ(served):
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in {"NO_COLOR", "COLUMNS", "LINES"}
    }
    return kept | {
        "TERM": "xterm-256color",
        "BLOGS_FUNCTIONS_URL": f"{served.url}/Prod",
        "BLOGS_CONTAINERS_URL": served.url,
        "BLOGS_WRITE_TOKEN": TOKEN,
    }


def test_no_sequence_of_a_hostile_blog_reaches_the_terminal(served, environ):
    served.blogs.put(
        id="wild", title=EVERYTHING, author=EVERYTHING, contents=EVERYTHING + "\n\n" + MARKDOWN
    )
    with opened(environ) as terminal:
        terminal.expect(b"[/nope]")
        mark = len(terminal.seen)
        terminal.type(b"\r")
        mark = terminal.expect(b"LOCK=SAFE", mark)
        terminal.type(b"q")
        mark = terminal.expect(b"Quit", mark)
        terminal.type(b"d")
        mark = terminal.expect(b"Deleting", mark)
        terminal.type(b"u")
        mark = terminal.expect(b"Kept", mark)
        terminal.type(b"e")
        terminal.expect(b"cannot be shown", mark)
        terminal.type(b"\x07")  # ctrl+g
        terminal.expect(b"number", len(terminal.seen))
        terminal.type(b"q")
        status = terminal.wait()

    assert os.waitstatus_to_exitcode(status) == 0
    written = re.sub(rb"\x1b\]22;[a-z-]*\x07", b"", terminal.seen)  # Textual: the pointer's shape
    assert not [raw for raw in RAW if raw in written]
    assert TOKEN.encode() not in terminal.seen


def test_quitting_is_quick_with_a_request_pending(served, environ):
    served.hold = threading.Event()
    with opened(environ) as terminal:
        terminal.expect(b"Asking")
        assert served.holding.wait(20)
        start = time.monotonic()
        terminal.type(b"q")
        status = terminal.wait()

    assert time.monotonic() - start < 3
    assert os.waitstatus_to_exitcode(status) == 0
    assert all(sequence in terminal.seen for sequence in RESTORED)


def test_a_name_look_up_that_hangs_does_not_hold_quitting_up(environ):
    code = (
        "import socket, sys, time\n"
        "socket.getaddrinfo = lambda *a, **k: time.sleep(60)\n"
        "from tui.cli import main\n"
        "sys.exit(main([]))\n"
    )
    environ |= {"BLOGS_FUNCTIONS_URL": "http://far.example/Prod"}
    with opened(environ, command=["-c", code]) as terminal:
        terminal.expect(b"waiting")
        terminal.type(b"q")
        assert os.waitstatus_to_exitcode(terminal.wait(5)) == 0


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, "ctrl+c"])
def test_however_it_ends_the_terminal_is_as_before(environ, how):
    with opened(environ) as terminal:
        before = terminal.mode()
        terminal.expect(b"number")
        assert terminal.mode() != before
        if how == "ctrl+c":
            terminal.type(b"\x03")
        else:
            os.kill(terminal.pid, how)
        status = terminal.wait()
        assert terminal.mode() == before

    assert os.waitstatus_to_exitcode(status) == 0
    assert all(sequence in terminal.seen for sequence in RESTORED)
    assert b"Traceback" not in terminal.seen


def test_a_closed_terminal_ends_the_program(environ):
    with opened(environ) as terminal:
        terminal.expect(b"number")
        os.close(terminal.master)
        for _ in range(500):
            pid, terminal.status = os.waitpid(terminal.pid, os.WNOHANG)
            if pid:
                return
            terminal.status = None
            time.sleep(0.02)
    pytest.fail("it still runs without a terminal")


def test_ctrl_z_gives_the_terminal_back_and_fg_draws_again_at_the_new_size(environ):
    with opened(environ) as terminal:
        before = terminal.mode()
        terminal.expect(b"number")
        terminal.type(b"\x1a")
        assert os.WIFSTOPPED(terminal.wait(options=os.WUNTRACED))
        assert terminal.mode() == before
        assert all(sequence in terminal.seen for sequence in RESTORED)
        mark = len(terminal.seen)
        terminal.resize(120, 40)
        os.kill(terminal.pid, signal.SIGCONT)
        terminal.expect(b"served by", mark)  # the log, which only a large screen shows unasked
        terminal.type(b"q")
        assert os.waitstatus_to_exitcode(terminal.wait()) == 0


def test_a_storm_of_resizes_while_a_dialog_is_open_harms_nothing(environ):
    with opened(environ, (10, 24)) as terminal:
        terminal.expect(b"11-25")
        terminal.type(b"n")
        terminal.expect(b"Author")
        terminal.type(b"x\x07")
        for number in range(200):
            terminal.resize(*[(1, 1), (20, 5), (200, 60), (79, 24), (3, 40)][number % 5])
            terminal.read(0.005)
        terminal.resize(80, 24)
        mark = len(terminal.seen)
        terminal.expect(b"Give up what you", mark)
        terminal.type(b"y")
        terminal.expect(b"number", mark)
        terminal.type(b"q")
        assert os.waitstatus_to_exitcode(terminal.wait()) == 0
    assert b"Traceback" not in terminal.seen


@pytest.mark.parametrize("term", ["dumb", "unknown", "", None])
def test_a_terminal_that_cannot_draw_gets_one_line(environ, term):
    environ = {name: value for name, value in environ.items() if name != "TERM"}
    if term is not None:
        environ["TERM"] = term
    with opened(environ) as terminal:
        status = terminal.wait()

    assert os.waitstatus_to_exitcode(status) == 2
    assert terminal.seen.count(b"\n") == 1
    assert b"blogs ls" in terminal.seen
    assert b"\x1b" not in terminal.seen


@pytest.mark.parametrize("closed", ["0< /dev/null", "> /dev/null", "2> /dev/null", "2> FILE"])
def test_without_a_terminal_on_any_side_it_refuses_and_writes_no_code(environ, tmp_path, closed):
    file = tmp_path / "err"
    command = f"exec {sys.executable} -m tui {closed.replace('FILE', str(file))}"
    with opened(
        environ, command=["-c", f"import os; os.execvp('bash', ['bash', '-c', {command!r}])"]
    ) as terminal:
        status = terminal.wait()

    assert os.waitstatus_to_exitcode(status) == 2
    assert b"\x1b" not in terminal.seen + (file.read_bytes() if file.exists() else b"")


def test_a_pipe_on_stdin_is_one_line(environ):
    done = subprocess.run(
        [sys.executable, "-m", "tui"],
        input=b"x\n",
        env=environ,
        capture_output=True,
        timeout=20,
        start_new_session=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (2, b"")
    assert len(done.stderr.splitlines()) == 1
    assert b"blogs ls" in done.stderr


def test_plain_commands_print_clean_text_on_a_poor_terminal(environ):
    with opened(
        environ | {"TERM": "dumb"}, command=["-m", "tui", "ls", "--limit", "1"]
    ) as terminal:
        assert os.waitstatus_to_exitcode(terminal.wait()) == 0
    assert b"Blog number 4" in terminal.seen
    assert b"\x1b" not in terminal.seen


def test_a_question_on_the_terminal_deletes_only_after_yes(served, environ):
    for answer, code, left in [(b"n\n", 0, 5), (b"y\n", 0, 4)]:
        with opened(environ, command=["-m", "tui", "rm", "blog-0001"]) as terminal:
            terminal.expect("Delete “Blog number 1” from FUNCTIONS?".encode())
            terminal.type(answer)
            assert os.waitstatus_to_exitcode(terminal.wait()) == code
        assert len(served.blogs.table) == left


def test_ctrl_c_at_a_question_deletes_nothing(served, environ):
    with opened(environ, command=["-m", "tui", "rm", "blog-0001"]) as terminal:
        terminal.expect(b"y or n")
        terminal.type(b"\x03")
        status = terminal.wait(5)

    assert os.waitstatus_to_exitcode(status) == 130
    assert b"Traceback" not in terminal.seen
    assert len(served.blogs.table) == 5
