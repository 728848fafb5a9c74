"""The app in a real terminal."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import threading
from pathlib import Path

import pytest

from tests.running import TIMEOUT_S
from tests.tui.conftest import swept
from tests.tui.fake import TOKEN, FakeBlogs, serve
from tests.tui.payloads import ESCAPES, EVERYTHING, MARKDOWN, RAW
from tests.tui.sequences import shapes
from tests.tui.terminal import opened

CTRL_G, CTRL_O, CTRL_P, ESCAPE = b"\x07", b"\x0f", b"\x10", b"\x1b"
F1, F3 = b"\x1bOP", b"\x1bOR"
PLAIN = (
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n[link](https://example.org) *soft* **loud** `code`\n\n"
    "```\ncode\n```\n"
)
SECOND_LINK = "\n\n<https://example.org/second>\n\n"
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


HARMLESS = "[/nope] a harmless title"
# Keys, and the text to wait for after each. They open and close every screen.
TOUR = [
    (b"", b"[/nope]"),
    (b"\r", b"LOCK=SAFE"),
    (b"o", b"enter opens"),
    (b"\r", b"Open this link?"),
    (CTRL_G, b"LOCK=SAFE"),
    (b"q", b"Quit"),
    (b"l", b"backend"),
    (b"l", b"number"),
    (b"d", b"Deleting"),
    (b"u", b"undone"),
    (b"c", b"Copy from"),
    (CTRL_G, b"number"),
    (b"e", b"Editor"),
    (F3, b"Keep editing"),
    (F1, b"move in the list"),
    (F1, b"Keep editing"),
    (CTRL_G, b"Editor"),
    (CTRL_G, b"number"),
    (b"n", b"Editor"),
    (CTRL_G, b"number"),
    (b"?", b"move in the list"),
    (b"q", b"number"),
    (CTRL_P, b"Search"),
    (ESCAPE, b"number"),
    (CTRL_O, b" a "),
    (b"q", b"number"),
    (b"m", b"outputs do not include"),
    (b"q", b"number"),
    (b"L", b"GET"),
    (b"q", b"number"),
    (b"B", b"CONTAINERS"),
    (b"q", b"number"),
    (b"C", b"timeout"),
    (b"q", b"number"),
    (b"t", b"CONTAINERS"),
    (b"r", b"[/nope]"),
]


def output_of_every_screen(environ):
    """Open every screen, and return the whole output of the app."""
    with opened(environ) as terminal:
        mark = 0
        for keys, words in TOUR:
            terminal.type(keys)
            mark = terminal.expect(words, mark)
            terminal.settle()
            mark = len(terminal.seen)
        terminal.type(b"q")
        assert os.waitstatus_to_exitcode(terminal.wait()) == 0
    return terminal.seen


def test_no_control_sequence_of_a_blog_reaches_the_terminal(served, environ):
    served.blogs.put(
        id="wild", title=HARMLESS, author=HARMLESS, contents=f"LOCK=SAFE{SECOND_LINK}{PLAIN}"
    )
    of_textual = shapes(output_of_every_screen(environ))
    served.blogs.put(
        id="wild", title=EVERYTHING, author=EVERYTHING, contents=EVERYTHING + SECOND_LINK + MARKDOWN
    )
    seen = output_of_every_screen(environ)

    assert shapes(seen) - of_textual == set()
    assert not [raw for raw in RAW if raw in re.sub(rb"\x1b\]22;[a-z-]*\x07", b"", seen)]
    assert TOKEN.encode() not in seen


# All except colors, which Textual writes, too; RAW contains those of the payloads.
SEEN_BY_SHAPE = [raw for raw in ESCAPES if "RED" not in raw]


@pytest.mark.parametrize(
    "raw", [*SEEN_BY_SHAPE, "\x1b[5n", "\x1b]8;;file:///\x1b\\", "\x1bc", "\x85"]
)
def test_each_harmful_sequence_is_found_in_textual_output(raw):
    ours = "\x1b[1;31mtext\x1b[0m\x1b[2;5H\x1b]22;default\x07"

    assert shapes((ours + raw).encode()) - shapes((ours + "\x1b[38;5;2m").encode())


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
        assert os.waitstatus_to_exitcode(terminal.wait()) == 0
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

    assert os.waitstatus_to_exitcode(status) == 0
    assert b"Traceback" not in terminal.seen
    assert not drafts()


def test_ctrl_z_suspends_and_fg_redraws_at_the_new_size(environ):
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
        terminal.expect(b"served by", mark)  # the log, which only a large screen shows by default
        terminal.type(b"q")
        assert os.waitstatus_to_exitcode(terminal.wait()) == 0


SLOW_TO_READ_ITS_SIZE = """
import os, sys, time
from textual.drivers.linux_driver import LinuxDriver
from tui.command.cli import main
read = LinuxDriver._get_terminal_size
def interrupted(self):
    size = read(self)
    if size == (100, 30):
        os.write(2, b"SIZE READ")
        time.sleep(0.5)  # as if another process ran now
    return size
LinuxDriver._get_terminal_size = interrupted
sys.exit(main([]))
"""


def test_a_resize_during_another_one_is_applied(environ):
    with opened(environ, command=["-c", SLOW_TO_READ_ITS_SIZE]) as terminal:
        mark = terminal.expect(b"number")
        terminal.resize(100, 30)
        terminal.expect(b"SIZE READ", mark)
        mark = len(terminal.seen)
        terminal.resize(120, 40)
        terminal.expect(b"served by", mark)  # the log, which only a large screen shows by default
        terminal.type(b"q")
        assert os.waitstatus_to_exitcode(terminal.wait()) == 0


def test_many_resizes_with_an_open_dialog_do_no_harm(environ):
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
        terminal.expect(b"Discard your", mark)
        terminal.type(b"y")
        terminal.expect(b"number", mark)
        terminal.type(b"q")
        assert os.waitstatus_to_exitcode(terminal.wait()) == 0
    assert b"Traceback" not in terminal.seen


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
