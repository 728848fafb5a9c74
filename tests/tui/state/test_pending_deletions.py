"""Pending deletions, without an app."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from tui.settings.values import BackendName
from tui.state.pending_deletions import PendingDeletions


@pytest.fixture
def deletions():
    found = PendingDeletions()
    found.grace = 3600
    return found


def begin(deletions, *ids):
    """Begin a deletion of each blog, and return those with the tasks that wait for them."""
    begun = [deletions.begin(SimpleNamespace(id=one), BackendName.FUNCTIONS) for one in ids]
    return [(one, asyncio.create_task(deletions.wait(one))) for one in begun]


async def test_an_undone_deletion_keeps_the_blog_and_the_others_wait(deletions):
    (first, kept), (second, _) = begin(deletions, "a", "b")

    deletions.undo(first)

    assert await kept is False
    assert deletions.waiting == [second]
    assert deletions.of("a") is None
    assert deletions.of("b") is second


async def test_all_deletions_can_be_sent_now(deletions):
    tasks = [task for _, task in begin(deletions, "a", "b")]

    deletions.run_now()

    assert await asyncio.gather(*tasks) == [True, True]
    await deletions.wait_until_empty()


async def test_a_deletion_is_sent_when_its_time_is_up(deletions):
    deletions.grace = 0
    ((_, task),) = begin(deletions, "a")

    assert await task is True
    assert not deletions.waiting


async def test_a_canceled_countdown_sends_nothing(deletions):
    ((_, task),) = begin(deletions, "a")
    await asyncio.sleep(0)

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert not deletions.waiting
