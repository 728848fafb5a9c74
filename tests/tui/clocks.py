"""Fixed clocks, so that screens with times are always the same."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest

from tui.client import request_trace
from tui.client.timing import Phases, Stopwatch
from tui.state import pending_deletions, session

NOW = 1_795_600_000  # the day of the blogs in the fake


class StoppedWatch(Stopwatch):
    """Measure the same times for each request."""

    elapsed = 12.3

    def phases(self) -> Phases:
        return Phases(connect=1.5, first_byte=9.8, body=0.4)


def stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clocks of requests, metrics and deletions."""
    still = SimpleNamespace(
        time=lambda: NOW, gmtime=lambda: time.gmtime(NOW), strftime=time.strftime
    )
    monkeypatch.setattr(request_trace, "time", still)
    monkeypatch.setattr(request_trace, "Stopwatch", StoppedWatch)
    monkeypatch.setattr(session, "time", still)
    advance(monkeypatch, 0)


def advance(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Set the countdown of deletions to *seconds* after its start."""
    monkeypatch.setattr(pending_deletions, "monotonic", lambda: 1000.0 + seconds)
