"""Resizes of the terminal."""

from __future__ import annotations

import os

from tests.tui.terminal.pseudo_terminal import opened

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
        terminal.expect("Ti…".encode())  # the title of the first field
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
