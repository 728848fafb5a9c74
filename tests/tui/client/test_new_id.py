from __future__ import annotations

import re
import time
import uuid

from tui.client.writes import new_id


def test_an_id_is_a_valid_uuid_of_version_7():
    made = new_id()

    assert uuid.UUID(made).version == 7
    assert uuid.UUID(made).variant == uuid.RFC_4122
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,127}", made)


def test_later_ids_sort_after_earlier_ones(monkeypatch):
    moments = iter(
        [1_700_000_000_000_000_000, 1_700_000_000_001_000_000, 1_800_000_000_000_000_000]
    )
    monkeypatch.setattr(time, "time_ns", lambda: next(moments))

    made = [new_id() for _ in range(3)]

    assert made == sorted(made)


def test_ids_created_at_the_same_time_differ(monkeypatch):
    monkeypatch.setattr(time, "time_ns", lambda: 1)

    assert len({new_id() for _ in range(1000)}) == 1000
