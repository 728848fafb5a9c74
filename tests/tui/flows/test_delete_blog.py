"""Pending deletions: undo, countdown, quit, and failures."""

from __future__ import annotations

import asyncio
import threading

import pytest

from tests.tui import clocks
from tests.tui.conftest import DEADLINE_S, GRACE_S, LARGE, SMALL, World, staged
from tests.tui.fake import FakeBlogs
from tui.settings.values import BackendName
from tui.state.pending_deletions import GRACE, PendingDeletions
from tui.state.session import Session

F = BackendName.FUNCTIONS


def deleted(world):
    return [path for method, path in world.blogs.requests if method == "DELETE"]


async def start_deletion(stage, title="Blog number 4"):
    await stage.press("d")
    await stage.sees("Deleting in", "u undoes, D deletes now", f"“{title}”")


async def test_a_deletion_is_counted_down_in_seconds(world, size, monkeypatch):
    clocks.advance(monkeypatch, 0)
    async with staged(world, size) as stage:
        await start_deletion(stage)
        for left in (5, 4, 1, 0):
            clocks.advance(monkeypatch, GRACE_S - left)
            await stage.sees(f"Deleting in {left} s", f"gone in {left} s")
        assert deleted(world) == []


async def test_a_deletion_is_sent_when_its_time_is_up(world, size):
    async with staged(world, size) as stage:
        stage.app.session.deletions.grace = 0.01
        await stage.press("d")
        await stage.sees_toast("Deleted “Blog number 4” from FUNCTIONS")
        await stage.sees("4 blogs")
        assert deleted(world) == ["/Prod/blog/blog-0004"]
        assert stage.list.current.id == "blog-0003"
        await stage.until(lambda: "Deleting" not in stage.text())


def test_a_deletion_can_be_undone_for_five_seconds():
    assert PendingDeletions().grace == GRACE == 5


async def test_u_undoes_the_deletion(world, size):
    async with staged(world, size) as stage:
        await start_deletion(stage)
        await stage.press("u")
        await stage.sees_toast("Deletion of “Blog number 4” undone")
        await stage.sees("5 blogs")
        assert not stage.app.session.deletions.waiting
        assert not stage.app.session.busy
        assert deleted(world) == []
        assert "gone in" not in stage.text()


async def test_upper_case_d_deletes_at_once(world, size):
    async with staged(world, size) as stage:
        await start_deletion(stage)
        await stage.press("D")
        await stage.sees_toast("Deleted “Blog number 4”")
        assert deleted(world) == ["/Prod/blog/blog-0004"]


async def test_a_held_key_deletes_nothing_at_once(world):
    async with staged(world, SMALL) as stage:
        await start_deletion(stage)
        await stage.press("d", "d", "d")
        await stage.until(lambda: "waiting to be deleted. Press u to undo" in stage.toasts())
        assert len(stage.app.session.deletions.waiting) == 1
        assert deleted(world) == []


async def test_u_undoes_the_selected_one_of_several_deletions(world):
    async with staged(world, SMALL) as stage:
        await start_deletion(stage)
        for number in (3, 2):
            await stage.press("down", "d")
            await stage.until(
                lambda number=number: stage.app.session.deletions.of(f"blog-000{number}")
            )
        await stage.sees("Deleting 3 blogs, the next in")
        await stage.press("up", "u")
        await stage.sees_toast("Deletion of “Blog number 3” undone")
        await stage.sees("Deleting 2 blogs")
        await stage.press("up", "up", "down", "u")
        await stage.sees_toast("Deletion of “Blog number 2” undone")
        await stage.sees("Deleting in", "“Blog number 4”")
        await stage.press("D")
        await stage.sees_toast("Deleted “Blog number 4”")
        await stage.sees("4 blogs")
        assert deleted(world) == ["/Prod/blog/blog-0004"]


async def test_a_deletion_goes_to_the_backend_where_it_was_started(world):
    async with staged(world, SMALL) as stage:
        await start_deletion(stage)
        await stage.press("t")
        await stage.sees("CONTAINERS", "5 blogs", "Deleting in", "gone in")
        await stage.press("D")
        await stage.sees_toast("Deleted “Blog number 4” from FUNCTIONS")
        await stage.sees("4 blogs")
        assert deleted(world) == ["/Prod/blog/blog-0004"]


async def test_a_deletion_continues_under_another_screen(world):
    async with staged(world, SMALL) as stage:
        await start_deletion(stage)
        await stage.press("n")
        await stage.is_on("FormScreen")
        stage.app.session.deletions.run_now()
        await stage.sees_toast("Deleted “Blog number 4”")
        await stage.press("escape")
        await stage.sees("4 blogs")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_deleting_the_open_blog_returns_to_the_list(world, size):
    async with staged(world, size) as stage:
        await stage.press("enter")
        await stage.sees("id blog-0004")
        await stage.until(lambda: stage.reader.has_focus_within)
        await start_deletion(stage)
        await stage.press("D")
        await stage.sees_toast("Deleted “Blog number 4”")
        await stage.sees("Blog number 3")
        await stage.until(lambda: stage.app.focused is stage.list)


async def test_quitting_sends_pending_deletions_and_waits(world):
    async with staged(world, SMALL) as stage:
        await start_deletion(stage)
        gate = world.faults[F].hold()
        await stage.press("q")
        await world.faults[F].waiting.wait()
        await stage.sees("Waiting for 1 write")
        assert stage.app.is_running
        gate.set()
        await stage.until(lambda: not stage.app.is_running)
    assert deleted(world) == ["/Prod/blog/blog-0004"]


async def test_a_second_quit_does_not_wait(world):
    async with staged(world, SMALL) as stage:
        await start_deletion(stage)
        world.faults[F].gate = asyncio.Event()
        await stage.press("q")
        await stage.is_on("ChoiceScreen")
        await stage.press("ctrl+c")
        await stage.until(lambda: not stage.app.is_running)


async def test_the_app_stays_open_if_the_deletion_fails(world):
    async with staged(world, SMALL) as stage:
        await start_deletion(stage)
        world.faults[F].down = True
        await stage.press("q")
        await stage.sees_toast(
            "“Blog number 4” was not deleted. FUNCTIONS at 127.0.0.1:1/Prod is not"
        )
        await stage.is_on("MainScreen")
        assert stage.app.is_running
        await stage.press("q")
        await stage.until(lambda: not stage.app.is_running)


async def test_quitting_waits_for_a_save_in_progress(world):
    async with staged(world, SMALL) as stage:
        await stage.press("n")
        gate = world.faults[F].hold()
        await stage.write("Slow")
        await world.faults[F].waiting.wait()
        await stage.press("ctrl+q")
        await stage.sees("Waiting for 1 write")
        gate.set()
        await stage.until(lambda: not stage.app.is_running)
    assert "Slow" in {blog["title"] for blog in world.blogs.table.values()}


async def test_a_signal_sends_no_pending_deletion(world):
    async with staged(world, SMALL) as stage:
        await start_deletion(stage)
        stage.app.exit()  # same as a signal
        await stage.until(lambda: not stage.app.is_running)
    assert deleted(world) == []


async def test_a_blog_changed_during_the_countdown_is_not_deleted(world, size):
    async with staged(world, size) as stage:
        await start_deletion(stage)
        world.blogs.put(id="blog-0004", title="Changed")
        await stage.press("D")
        await stage.sees_toast("was not deleted. The blog has changed since you read it (412)")
        assert "blog-0004" in world.blogs.table
        assert "gone in" not in stage.text()


async def test_the_version_at_the_start_of_the_countdown_is_deleted(world):
    async with staged(world, SMALL) as stage:
        world.blogs.put(id="blog-0004", title="Changed once")
        await start_deletion(stage, "Changed once")
        await stage.press("D")
        await stage.sees_toast("Deleted “Changed once”")


async def test_deleting_a_deleted_blog_is_one_message(world):
    async with staged(world, SMALL) as stage:
        await start_deletion(stage)
        del world.blogs.table["blog-0004"]
        await stage.press("D")
        await stage.sees_toast("“Blog number 4” has already been deleted.")
        await stage.sees("4 blogs")
        assert len(stage.toasts().splitlines()) == 1


async def test_a_delete_without_a_response_is_checked_by_reading(world):
    async with staged(world, SMALL) as stage:
        world.faults[F].lose_response.add("DELETE")
        await start_deletion(stage)
        await stage.press("D")
        await stage.sees_toast("Deleted “Blog number 4”")
        assert len(deleted(world)) == 1


async def test_a_blog_with_a_pending_deletion_cannot_be_edited(world):
    async with staged(world, SMALL) as stage:
        await start_deletion(stage)
        await stage.press("e")
        await stage.until(lambda: "waiting to be deleted" in stage.toasts())
        assert stage.screen_name == "MainScreen"


async def test_plain_http_is_confirmed_before_the_countdown(world):
    world.url = "http://far.example"
    async with staged(world, SMALL) as stage:
        await stage.press("d")
        await stage.sees("not encrypted", "http://far.example/Prod")
        await stage.press("escape")
        await stage.is_on("MainScreen")
        assert not stage.app.session.deletions.waiting
        await stage.press("d")
        await stage.is_on("ChoiceScreen")
        await stage.press("s")
        await stage.sees("Deleting in", "“Blog number 4”")
        await stage.press("D")
        await stage.sees_toast("Deleted “Blog number 4”")


@pytest.mark.parametrize("size", [(20, 8), LARGE], ids=str)
async def test_a_reload_keeps_the_countdown_in_the_row(size):
    async with staged(World(FakeBlogs(3)), size) as stage:
        await stage.press("d")
        await stage.sees("gone in")
        await stage.press("r")
        await stage.until(lambda: not stage.app.session.busy)
        await stage.sees("gone in")


async def test_a_write_without_an_open_client_counts_as_unfinished(world):
    """So the user cannot quit or connect elsewhere, and the write goes where it was started."""
    blog = await world.api(F).read("blog-0004")
    session, opened, may_open = Session(world, F), asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()
    open_now = world.open

    def open_later(name, record):
        loop.call_soon_threadsafe(opened.set)
        assert may_open.wait(DEADLINE_S)
        return open_now(name, record)

    world.open = open_later
    deleting = asyncio.create_task(session.delete(F, blog))
    await opened.wait()
    unfinished = session.unfinished
    may_open.set()
    await deleting

    assert unfinished == 1
    assert deleted(world) == ["/Prod/blog/blog-0004"]
    await session.close()
