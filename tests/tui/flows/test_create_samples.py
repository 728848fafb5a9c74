import pytest

from tests.tui.conftest import SMALL, World, staged
from tests.tui.fake import FakeBlogs, Response
from tui.settings.values import BackendName
from tui.state.samples import SAMPLES

OFFER = "S  create sample blogs"
TITLES = [sample.title for sample in SAMPLES]


@pytest.fixture
def world():
    return World(FakeBlogs(0))


def posted(world):
    return [method for method, _ in world.blogs.requests if method == "POST"]


async def test_one_key_fills_an_empty_list_with_sample_blogs(world):
    async with staged(world, SMALL) as stage:
        await stage.sees(OFFER)
        await stage.press("S", "S")
        await stage.sees_toast("Created 5 of 5 sample blogs.")
        await stage.settled()
        assert [blog.title for blog in stage.list.blogs] == TITLES
        assert OFFER not in stage.text()
        await stage.press("S")
        await stage.settled()
        assert len(posted(world)) == len(SAMPLES)


async def test_after_a_failure_the_same_key_creates_the_rest(world):
    fault = world.faults[BackendName.FUNCTIONS]

    def busy(method, path):
        return Response(503, {}, b"{}") if len(posted(world)) == 2 and method == "POST" else None

    fault.replace = busy
    async with staged(world, SMALL) as stage:
        await stage.press("S")
        await stage.sees_toast("Created 2 of 5 sample blogs.")
        assert "503" in stage.toasts()
        assert "Press S to create the rest." in stage.toasts()
        fault.replace = lambda method, path: None
        await stage.press("S")
        await stage.sees_toast("Created 5 of 5 sample blogs.")
        assert sorted(blog["title"] for blog in world.blogs.table.values()) == sorted(TITLES)


async def test_a_lost_response_creates_no_second_sample_blog(world):
    world.faults[BackendName.FUNCTIONS].lose_response = {"POST"}
    async with staged(world, SMALL) as stage:
        await stage.press("S")
        await stage.sees_toast("Created 5 of 5 sample blogs.")
        assert len(world.blogs.table) == len(SAMPLES)


async def test_esc_stops_after_the_blog_that_is_being_created(world):
    async with staged(world, SMALL) as stage:
        gate = world.faults[BackendName.FUNCTIONS].hold()
        await stage.press("S")
        await stage.sees("Creating sample blogs: 0 of 5 (esc stops)")
        await stage.press("escape")
        gate.set()
        await stage.sees_toast("Created 1 of 5 sample blogs. Press S to create the rest.")
        assert len(posted(world)) == 1


async def test_the_key_continues_what_esc_has_just_stopped(world):
    async with staged(world, SMALL) as stage:
        gate = world.faults[BackendName.FUNCTIONS].hold()
        await stage.press("S")
        await world.faults[BackendName.FUNCTIONS].waiting.wait()
        await stage.press("escape", "S")
        await stage.sees("Creating sample blogs: 0 of 5 (esc stops)")
        gate.set()
        await stage.sees_toast("Created 5 of 5 sample blogs.")
        assert [blog.title for blog in stage.list.blogs] == TITLES
        assert len(posted(world)) == len(SAMPLES)


async def test_all_sample_blogs_can_be_created_again_after_they_were_deleted(world):
    async with staged(world, SMALL) as stage:
        await stage.press("S")
        await stage.sees_toast("Created 5 of 5 sample blogs.")
        world.blogs.table.clear()
        await stage.press("r")
        await stage.sees(OFFER)
        await stage.press("S")
        await stage.until(lambda: len(world.blogs.table) == len(SAMPLES))


async def test_read_only_mode_offers_no_sample_blogs(world):
    world.read_only = True
    async with staged(world, SMALL) as stage:
        await stage.sees("No blogs yet", "t  switch to CONTAINERS")
        assert OFFER not in stage.text()
        assert "n  write a blog" not in stage.text()
        await stage.press("S")
        await stage.settled()
        assert posted(world) == []
