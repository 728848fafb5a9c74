"""Signals that stop and continue the app, in any order with those that end it."""

from __future__ import annotations

import os
from signal import SIGCONT, SIGHUP, SIGINT, SIGSTOP, SIGTERM, SIGTSTP

import pytest

from tests.tui.conftest import swept
from tests.tui.terminal.pseudo_terminal import opened

ORDERS = [
    [SIGSTOP, SIGCONT, SIGTERM],
    [SIGTSTP, SIGCONT, SIGCONT, SIGHUP, SIGHUP],
    [SIGTSTP, SIGTERM, SIGCONT],
]
MORE_ORDERS = [
    [SIGCONT, SIGINT],
    [SIGCONT, SIGCONT, SIGTERM, SIGTERM],
    [SIGTSTP, SIGCONT, SIGTSTP, SIGCONT, SIGINT],
    [SIGSTOP, SIGCONT, SIGTSTP, SIGCONT, SIGTERM],
    [SIGSTOP, SIGTERM, SIGHUP, SIGCONT],
    [SIGTERM, SIGCONT],
    [SIGHUP, SIGCONT, SIGCONT],
]


@pytest.mark.parametrize("order", [*ORDERS, *swept(*MORE_ORDERS)], ids=repr)
def test_the_terminal_has_its_first_mode_after_any_order_of_signals(environ, order):
    with opened(environ) as terminal:
        before = terminal.mode()
        terminal.expect(b"number")
        for number in order:
            terminal.send(number)
        code = os.waitstatus_to_exitcode(terminal.wait())
        assert terminal.mode() == before
    assert code in {128 + number for number in order}


def test_the_app_draws_and_reads_after_it_was_stopped_and_continued(environ):
    with opened(environ) as terminal:
        before = terminal.mode()
        mark = terminal.expect(b"number")
        terminal.send(SIGSTOP)
        terminal.send(SIGCONT)
        mark = terminal.expect(b"number", mark)
        terminal.type(b"q")
        assert os.waitstatus_to_exitcode(terminal.wait()) == 0
        assert terminal.mode() == before


def test_ctrl_z_does_not_stop_the_app_where_no_shell_could_continue_it(environ):
    with opened(environ) as terminal:  # the app leads the session, as in `ssh HOST blogs`
        mark = terminal.expect(b"number")
        terminal.type(b"\x1a")
        terminal.expect(b"no shell here", mark)
        terminal.type(b"q")
        assert os.waitstatus_to_exitcode(terminal.wait()) == 0
