"""Clocks that stand still, so that a screen which tells times is always the same."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest

from tui.client.timing import Phases, Stopwatch

NOW = 1_795_600_000  # within the day of the fake's blogs


class StoppedWatch(Stopwatch):
    """Takes the same times of every request."""

    elapsed = 12.3

    def phases(self) -> Phases:
        return Phases(connect=1.5, first_byte=9.8, body=0.4)


def stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop what requests, metrics and deletions read the time from."""
    still = SimpleNamespace(
        time=lambda: NOW, gmtime=lambda: time.gmtime(NOW), strftime=time.strftime
    )
    monkeypatch.setattr("tui.client.request_trace.time", still)
    monkeypatch.setattr("tui.client.request_trace.Stopwatch", StoppedWatch)
    monkeypatch.setattr("tui.state.session.time", still)
    monkeypatch.setattr("tui.state.pending_deletions.monotonic", lambda: 1000.0)
