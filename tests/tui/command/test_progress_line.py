"""The line that shows how far a comparison is."""

from __future__ import annotations

import io
import sys

from lab.backends import Backend
from lab.compare import ComparisonProgress, Phase
from lab.load.run import Progress
from lab.rows import Outcome
from tests.lab.build import failed, row
from tui.command.progress_line import ProgressLine, words

FLIGHT = {Backend.FUNCTIONS: 3, Backend.CONTAINERS: 0}


def progress(elapsed_s=0.0, rows=(), *, runs=1, run=1):
    load = Progress(elapsed_s=elapsed_s, duration_s=60, rows=rows, in_flight=FLIGHT)
    return ComparisonProgress(phase=Phase.LOAD, run=run, runs=runs, load=load)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_the_line_shows_the_time_the_requests_and_those_in_flight():
    counts = dict.fromkeys(Outcome, 0) | {Outcome.OK: 1234, Outcome.ERROR: 2, Outcome.DROPPED: 1}

    assert words(progress(27, runs=2), counts) == (
        "run 1 of 2: [#########-----------] 27 of 60 s, 1,234 responses, 3 failed, 3 + 0 in flight"
    )


def test_other_phases_are_named():
    other = ComparisonProgress(phase=Phase.CLEAN_UP, run=1, runs=1)

    assert words(other, {}) == "removing the blogs of the run…"


def test_the_line_counts_from_zero_in_each_run_and_is_cleared(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "200")
    line = ProgressLine()
    line.show(progress(1, [row(), failed()], runs=2))
    line.show(progress(2, [row()], runs=2))
    line.show(progress(1, [row()], runs=2, run=2))
    line.clear()

    shown = terminal.getvalue().split("\r\x1b[K")
    assert [part.partition(" s, ")[2][:21] for part in shown[1:4]] == [
        "1 responses, 1 failed",
        "2 responses, 1 failed",
        "1 responses, 0 failed",
    ]
    assert shown[4] == ""


def test_the_line_is_never_wider_than_the_terminal(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "40")
    ProgressLine().show(progress())

    assert len(terminal.getvalue().removeprefix("\r\x1b[K")) == 39


def test_without_a_terminal_nothing_is_drawn(monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    line = ProgressLine()
    line.show(progress())
    line.clear()

    assert sys.stderr.getvalue() == ""
