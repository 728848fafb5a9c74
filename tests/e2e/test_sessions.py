"""The demo, a script and a terminal session, each from the first command to the last."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import ROOT, RunningCloud, descendants, is_alive, wait_until
from tests.tui.terminal.pseudo_terminal import opened

BLOGS = str(Path(sys.executable).with_name("blogs"))
DEMO = str(ROOT / "scripts" / "demo.py")


@pytest.fixture
def environ(tmp_path):
    return {**os.environ, "XDG_STATE_HOME": str(tmp_path / "xdg"), "TERM": "xterm-256color"}


def blogs(environ, *arguments, contents=""):
    answer = subprocess.run(
        [BLOGS, *arguments, "--json"],
        input=contents,
        env=environ,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def type_slowly(terminal, keys):
    """Type *keys* and wait until they are drawn: Textual moves the focus after the next key."""
    seen = len(terminal.seen)
    terminal.type(keys)
    while len(terminal.seen) == seen:
        terminal.read(0.1)
    terminal.settle()


@pytest.fixture
def homeless(environ):
    """An environment whose home folder cannot be written."""
    return {**environ, "HOME": "/dev/null", "XDG_STATE_HOME": ""}


def test_demo_without_a_terminal_is_a_script(environ, tmp_path):
    command = [sys.executable, DEMO, "--state", str(tmp_path / "state")]
    answer = subprocess.run(
        command, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )

    assert answer.returncode == 0, answer.stderr
    for backend in ("functions", "containers"):
        for step in ("post", "list", "read", "edit", "delete"):
            assert re.search(rf"^{backend} +{step} ", answer.stdout, re.MULTILINE)
        assert f"Posted through {backend}, edited" in answer.stdout
    rows = re.findall(r"^(post|list|read|edit|delete) +\d+ +\d+$", answer.stdout, re.MULTILINE)
    assert rows == ["post", "list", "read", "edit", "delete"]
    assert answer.stdout.endswith("demo: stopped\n")
    assert "\x1b" not in answer.stdout


def test_session_survives_a_kill_of_the_local_cloud(environ, tmp_path):
    state = tmp_path / "state"
    with RunningCloud(state) as cloud:
        cloud.ready()
        with opened(environ) as terminal:
            terminal.expect(b"FUNCTIONS")
            terminal.expect(b"No blogs yet")
            terminal.type(b"n")
            terminal.expect(b"Contents")
            for keys in (b"Kept over", b"\t", b"Ada", b"\t", b"Some words"):
                type_slowly(terminal, keys)
            terminal.type(b"\x13")  # ctrl+s
            terminal.expect(b"Saved")
            (written,) = blogs(environ, "ls")["blogs"]
            assert (written["title"], written["author"]) == ("Kept over", "Ada")
            running = cloud.processes()
            for pid in running:
                os.kill(pid, signal.SIGKILL)
            cloud.process.wait()
            wait_until(lambda: not any(is_alive(pid) for pid in running))
            seen = len(terminal.seen)
            terminal.type(b"r")
            terminal.expect(b"reach", seen)
            with RunningCloud(state) as again:
                again.ready()
                seen = len(terminal.seen)
                terminal.type(b"t")
                terminal.expect(b"CONTAINERS", seen)
                seen = len(terminal.seen)
                terminal.type(b"r")
                terminal.expect(b"Kept over", seen)
                seen = len(terminal.seen)
                terminal.type(b"d")
                terminal.expect(b"Deleting", seen)
                type_slowly(terminal, b"D")
                wait_until(lambda: blogs(environ, "ls", "--backend", "containers")["blogs"] == [])
                terminal.type(b"q")
                terminal.wait()
                assert os.WEXITSTATUS(terminal.status) == 0


@pytest.mark.parametrize(
    ("number", "variables"), [(signal.SIGHUP, "environ"), (signal.SIGKILL, "homeless")]
)
def test_demo_that_loses_its_terminal_leaves_no_process(request, tmp_path, number, variables):
    command = [DEMO, "--state", str(tmp_path / "state")]
    with opened(request.getfixturevalue(variables), command=command) as terminal:
        terminal.expect(b"local cloud local")
        terminal.expect(b"What runs here")
        terminal.type(b"m")
        terminal.expect(b"ALB requests")
        running = descendants(terminal.pid)
        assert len(running) > 4
        os.kill(terminal.pid, number)

        wait_until(lambda: not [pid for pid in running[1:] if is_alive(pid)])
        terminal.wait()
