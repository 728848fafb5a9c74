"""What the commands print."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys

import pytest

from tests.running import TIMEOUT_S
from tests.tui.conftest import swept
from tests.tui.payloads import EVERYTHING, RAW
from tui.command.cli import main

PROGRAM = [sys.executable, "-m", "tui"]


def test_text_output_is_safe_for_a_terminal_and_json_is_complete(blogs, served):
    served.blogs.put(id="wild", title=EVERYTHING, author=EVERYTHING, contents=EVERYTHING)

    human = blogs("ls")[1] + blogs("show", "wild")[1] + blogs("edit", "wild", "--author", "")[1]
    faithful = blogs("show", "wild", "--json")[1]

    assert not [raw for raw in (*RAW, b"\x1b") if raw in human.encode()]
    assert "[/nope]" in human
    assert faithful.isascii()
    assert json.loads(faithful)["blog"]["contents"] == EVERYTHING


def test_arguments_in_errors_are_safe_for_a_terminal(blogs):
    assert "\x1b" not in blogs("\x1b[31mls")[2] + blogs("show", "\x1b[31m")[2]


@pytest.mark.parametrize("command", ["ls", "show", "post", "edit", "rm", "diff", "outputs"])
def test_help_of_each_command_has_an_example_and_exit_codes(blogs, command):
    code, out, _ = blogs(command, "--help")

    assert code == 0
    assert f"\n  blogs {command}" in out
    assert "exit codes:" in out
    printed = out.split("--json prints:\n")[1].split("\n\n")[0]
    for term in ("SUMMARY", "BLOG", '"requests"', '"read_back"'):
        shape, explained, _ = printed.partition(f"\n  {term}  ")
        assert bool(explained) is (term in shape), term


@pytest.mark.parametrize("words", ["ls", "--help", *swept("ls --json")])
def test_a_closed_pipe_ends_a_command_silently(served, words):
    reading, writing = os.pipe()
    os.close(reading)

    done = subprocess.run(
        [*PROGRAM, *words.split()],
        stdout=writing,
        stderr=subprocess.PIPE,
        timeout=TIMEOUT_S,
        check=False,
    )
    os.close(writing)

    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("words", ["ls --json", "--help", *swept("ls")])
def test_a_full_disk_is_a_one_line_error(served, words):
    command = f"{sys.executable} -m tui {words} > /dev/full"

    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, timeout=TIMEOUT_S, check=False
    )

    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert b"No space left" in done.stderr


def test_a_closed_stdout_is_a_one_line_error(served):
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m tui ls >&-"],
        capture_output=True,
        timeout=TIMEOUT_S,
        check=False,
    )

    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1


def test_characters_outside_the_encoding_are_replaced(served, monkeypatch):
    served.blogs.put(id="wide", title="日本語")
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))

    assert main(["ls", "--limit", "1"]) == 0
    assert b"???" in written.getvalue()
