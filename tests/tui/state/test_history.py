"""The request log of a run."""

from __future__ import annotations

from tui.client.contract import LogEntry, Request
from tui.client.timing import Phases
from tui.settings.values import BackendName
from tui.state import history
from tui.state.history import History


def entry(size: int) -> LogEntry:
    return LogEntry(
        backend=BackendName.FUNCTIONS,
        method="POST",
        path="/blog",
        at="",
        milliseconds=1,
        status=201,
        cold=None,
        served_by="",
        phases=Phases(),
        request=Request(method="POST", target="/blog", body=b"x" * size),
    )


def test_the_log_drops_the_oldest_entry_and_keeps_numbers(monkeypatch):
    monkeypatch.setattr(history, "MAX_ENTRIES", 3)
    kept = History()

    for size in range(5):
        kept.add(entry(size))

    assert [len(e.request.body) for e in kept] == [4, 3, 2]
    assert [e.number for e in kept] == [5, 4, 3]


def test_the_oldest_request_bodies_are_dropped_first(monkeypatch):
    monkeypatch.setattr(history, "MAX_BODY_BYTES", 1000)
    kept = History()

    for _ in range(5):
        kept.add(entry(300))

    assert [e.request is not None for e in kept] == [True, True, True, False, False]
    kept.add(entry(5000))
    assert not any(e.request for e in kept)
    kept.add(entry(5))
    assert kept[0].request


def test_dropped_entries_free_room_for_request_bodies(monkeypatch):
    monkeypatch.setattr(history, "MAX_ENTRIES", 3)
    monkeypatch.setattr(history, "MAX_BODY_BYTES", 1000)
    kept = History()

    for _ in range(20):
        kept.add(entry(300))

    assert all(e.request for e in kept)
