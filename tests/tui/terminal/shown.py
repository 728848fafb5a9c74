"""Waits for what a terminal shows."""

from __future__ import annotations

import re
import time

from tests.tui.terminal.pseudo_terminal import DEADLINE, Terminal


def see(terminal: Terminal, *patterns: str, without: str = "") -> str:
    """Read until the screen shows all *patterns* (regular expressions), and return it."""
    deadline = time.monotonic() + DEADLINE
    while True:
        while terminal.read(0.1):  # until the output pauses
            pass
        screen = terminal.screen.text(terminal.seen)
        missing = [text for text in patterns if not re.search(text, screen, re.MULTILINE)]
        if not missing and not (without and without in screen):
            return screen
        assert time.monotonic() < deadline, f"{missing} never came; the screen is:\n{screen}"
