"""PendingDeletions: the time in which each can be taken back, and what becomes of it otherwise."""

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

F, C = BackendName.FUNCTIONS, BackendName.CONTAINERS


def deleted(world):
    return [path for method, path in world.blogs.asked if method == "DELETE"]


async def begin(stage, title="Blog number 4"):
    await stage.press("d")
    await stage.sees("Deleting in", "u undoes, D deletes now", f"“{title}”")


async def test_a_deletion_is_counted_down_in_seconds(world, size, monkeypatch):
    clocks.advance(monkeypatch, 0)
    async with staged(world, size) as stage:
        await begin(stage)
        for left in (5, 4, 1, 0):
            clocks.advance(monkeypatch, GRACE_S - left)
            await stage.sees(f"Deleting in {left} s", f"gone in {left} s")
        assert deleted(world) == []


async def test_a_deletion_is_sent_when_its_time_is_up(world, size):
    async with staged(world, size) as stage:
        stage.app.session.deletions.grace = 0.01
        await stage.press("d")
        await stage.hears("Deleted “Blog number 4” from FUNCTIONS")
        await stage.sees("4 blogs")
        assert deleted(world) == ["/Prod/blog/blog-0004"]
        assert stage.list.current.id == "blog-0003"
        await stage.until(lambda: "Deleting" not in stage.text())


def test_a_deletion_can_be_undone_for_five_seconds():
    assert PendingDeletions().grace == GRACE == 5


async def test_u_keeps_the_blog_for_good(world, size):
    async with staged(world, size) as stage:
        await begin(stage)
        await stage.press("u")
        await stage.hears("Deletion of “Blog number 4” undone")
        await stage.sees("5 blogs")
        assert not stage.app.session.deletions.waiting
        assert not stage.app.session.busy
        assert deleted(world) == []
        assert "gone in" not in stage.text()


async def test_a_second_key_deletes_at_once(world, size):
    async with staged(world, size) as stage:
        await begin(stage)
        await stage.press("D")
        await stage.hears("Deleted “Blog number 4”")
        assert deleted(world) == ["/Prod/blog/blog-0004"]


async def test_a_held_key_deletes_nothing_at_once(world):
    async with staged(world, SMALL) as stage:
        await begin(stage)
        await stage.press("d", "d", "d")
        await stage.until(lambda: "waiting to be deleted. Press u to undo" in stage.toasts())
        assert len(stage.app.session.deletions.waiting) == 1
        assert deleted(world) == []


async def test_several_wait_at_once_and_u_keeps_the_one_under_the_cursor(world):
    async with staged(world, SMALL) as stage:
        await begin(stage)
        for number in (3, 2):
            await stage.press("down", "d")
            await stage.until(
                lambda number=number: stage.app.session.deletions.of(f"blog-000{number}")
            )
        await stage.sees("Deleting 3 blogs, the next in")
        await stage.press("up", "u")
        await stage.hears("Deletion of “Blog number 3” undone")
        await stage.sees("Deleting 2 blogs")
        await stage.press("up", "up", "down", "u")
        await stage.hears("Deletion of “Blog number 2” undone")
        await stage.sees("Deleting in", "“Blog number 4”")
        await stage.press("D")
        await stage.hears("Deleted “Blog number 4”")
        await stage.sees("4 blogs")
        assert deleted(world) == ["/Prod/blog/blog-0004"]


async def test_a_deletion_goes_where_it_was_begun_whatever_is_switched_meanwhile(world):
    async with staged(world, SMALL) as stage:
        await begin(stage)
        await stage.press("t")
        await stage.sees("CONTAINERS", "5 blogs", "Deleting in", "gone in")
        await stage.press("D")
        await stage.hears("Deleted “Blog number 4” from FUNCTIONS")
        await stage.sees("4 blogs")
        assert deleted(world) == ["/Prod/blog/blog-0004"]


async def test_a_deletion_goes_on_under_another_screen(world):
    async with staged(world, SMALL) as stage:
        await begin(stage)
        await stage.press("n")
        await stage.is_on("FormScreen")
        stage.app.session.deletions.run_now()
        await stage.hears("Deleted “Blog number 4”")
        await stage.press("escape")
        await stage.sees("4 blogs")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_blog_that_is_read_can_be_deleted_and_the_list_comes_back(world, size):
    async with staged(world, size) as stage:
        await stage.press("enter")
        await stage.sees("id blog-0004")
        await stage.until(lambda: stage.reader.has_focus_within)
        await begin(stage)
        await stage.press("D")
        await stage.hears("Deleted “Blog number 4”")
        await stage.sees("Blog number 3")
        await stage.until(lambda: stage.app.focused is stage.list)


async def test_quitting_sends_what_waits_and_waits_for_the_answers(world):
    async with staged(world, SMALL) as stage:
        await begin(stage)
        gate = world.faults[F].hold()
        await stage.press("q")
        await world.faults[F].waiting.wait()
        await stage.sees("Waiting for 1 write")
        assert stage.app.is_running
        gate.set()
        await stage.until(lambda: not stage.app.is_running)
    assert deleted(world) == ["/Prod/blog/blog-0004"]


async def test_quitting_again_waits_no_longer(world):
    async with staged(world, SMALL) as stage:
        await begin(stage)
        world.faults[F].gate = asyncio.Event()
        await stage.press("q")
        await stage.is_on("ChoiceScreen")
        await stage.press("ctrl+c")
        await stage.until(lambda: not stage.app.is_running)


async def test_quitting_stays_when_the_deletion_fails(world):
    async with staged(world, SMALL) as stage:
        await begin(stage)
        world.faults[F].down = True
        await stage.press("q")
        await stage.hears("“Blog number 4” was not deleted. FUNCTIONS at 127.0.0.1:1/Prod is not")
        await stage.is_on("MainScreen")
        assert stage.app.is_running
        await stage.press("q")
        await stage.until(lambda: not stage.app.is_running)


async def test_quitting_waits_for_a_save_that_is_under_way(world):
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


async def test_an_end_that_is_no_quitting_leaves_the_blog(world):
    async with staged(world, SMALL) as stage:
        await begin(stage)
        stage.app.exit()  # what a signal does
        await stage.until(lambda: not stage.app.is_running)
    assert deleted(world) == []


async def test_a_blog_that_changes_while_the_time_runs_is_not_deleted(world, size):
    async with staged(world, size) as stage:
        await begin(stage)
        world.blogs.put(id="blog-0004", title="Changed")
        await stage.press("D")
        await stage.hears("was not deleted. The blog has changed since you read it (412)")
        assert "blog-0004" in world.blogs.table
        assert "gone in" not in stage.text()


async def test_what_is_shown_and_deleted_is_what_is_stored_when_the_time_begins(world):
    async with staged(world, SMALL) as stage:
        world.blogs.put(id="blog-0004", title="Changed once")
        await begin(stage, "Changed once")
        await stage.press("D")
        await stage.hears("Deleted “Changed once”")


async def test_deleting_what_is_gone_already_is_one_sentence(world):
    async with staged(world, SMALL) as stage:
        await begin(stage)
        del world.blogs.table["blog-0004"]
        await stage.press("D")
        await stage.hears("“Blog number 4” has already been deleted.")
        await stage.sees("4 blogs")
        assert len(stage.app._notifications) == 1  # noqa: SLF001 -- Textual has no other


async def test_a_lost_answer_to_a_delete_is_found_by_reading(world):
    async with staged(world, SMALL) as stage:
        world.faults[F].lose_answer.add("DELETE")
        await begin(stage)
        await stage.press("D")
        await stage.hears("Deleted “Blog number 4”")
        assert len(deleted(world)) == 1


async def test_what_is_being_deleted_is_not_edited(world):
    async with staged(world, SMALL) as stage:
        await begin(stage)
        await stage.press("e")
        await stage.until(lambda: "waiting to be deleted" in stage.toasts())
        assert stage.screen_name == "MainScreen"


async def test_plain_http_is_asked_about_before_the_time_runs(world):
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
        await stage.hears("Deleted “Blog number 4”")


@pytest.mark.parametrize("size", [(20, 8), LARGE], ids=str)
async def test_a_reload_keeps_the_mark(size):
    async with staged(World(FakeBlogs(3)), size) as stage:
        await stage.press("d")
        await stage.sees("gone in")
        await stage.press("r")
        await stage.until(lambda: not stage.app.session.busy)
        await stage.sees("gone in")


async def test_a_write_that_waits_for_its_client_counts_as_unfinished(world):
    """So nobody connects elsewhere or quits, and the write still goes where it was begun."""
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
