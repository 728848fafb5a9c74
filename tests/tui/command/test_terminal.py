"""The check of environment and streams: can the terminal show the app?"""

from __future__ import annotations

import io
import sys

import pytest

from tui.command import terminal

ABLE = {"TERM": "xterm-256color"}


class Screen(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self):
        return True


def problem(monkeypatch, environ, **replaced):
    """Return the problem with three terminal streams, some of them *replaced*, or None."""
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, replaced.get(name, Screen()))
    return terminal.problem(environ)


def test_a_terminal_with_cursor_control_can_show_the_app(monkeypatch):
    assert problem(monkeypatch, ABLE) is None


@pytest.mark.parametrize("environ", [{"TERM": "dumb"}, {"TERM": "unknown"}, {"TERM": ""}, {}])
def test_a_terminal_without_cursor_control_cannot(monkeypatch, environ):
    found = problem(monkeypatch, environ)

    assert "blogs ls" in found
    assert "\n" not in found


@pytest.mark.parametrize("name", ["stdin", "stdout", "stderr"])
@pytest.mark.parametrize("stream", [io.StringIO(), None], ids=["pipe", "closed"])
def test_a_stream_that_is_not_a_terminal_is_named(monkeypatch, name, stream):
    found = problem(monkeypatch, ABLE, **{name: stream})

    assert f"{name} is not a terminal" in found
    assert "blogs ls" in found


def test_in_a_browser_no_terminal_is_needed(monkeypatch):
    pipe = io.StringIO()
    environ = {"TEXTUAL_DRIVER": "textual_serve"}

    assert problem(monkeypatch, environ, stdin=pipe, stdout=pipe, stderr=pipe) is None
