from __future__ import annotations

import pytest

from tests.tui.fake import problem
from tui.client.contract import ApiError, Draft, Failure
from tui.client.writes import Writes
from tui.settings.values import BackendName

DRAFT = Draft(id="x1", title="T", author="A", contents="C")
F = BackendName.FUNCTIONS


@pytest.fixture
def fault(world):
    return world.faults[F]


def methods(world):
    return [method for method, _ in world.blogs.asked]


async def test_a_lost_answer_to_a_post_is_settled_by_reading(world, fault):
    fault.lose_answer.add("POST")

    written = await Writes().create(world.api(), DRAFT)

    assert written.read_back
    assert written.blog.matches(DRAFT)
    assert methods(world) == ["POST", "GET"]


async def test_a_lost_post_is_reported_as_not_saved_and_never_repeated(world, fault):
    fault.lose_request.add("POST")

    with pytest.raises(ApiError, match=r"not saved yet\. You can safely save it again"):
        await Writes().create(world.api(), DRAFT)

    assert "x1" not in world.blogs.table
    assert methods(world) == ["GET"]


async def test_sending_again_after_a_lost_answer_finds_ones_own_blog(world, fault):
    api, writes = world.api(), Writes()
    fault.lose_answer |= {"POST", "GET"}
    with pytest.raises(ApiError, match="may have been applied") as caught:
        await writes.create(api, DRAFT)

    written = await writes.create(api, DRAFT)

    assert caught.value.uncertain
    assert written.read_back
    assert methods(world).count("POST") == 2


async def test_a_taken_id_is_no_success_without_a_lost_answer(world):
    api = world.api()
    await api.create(DRAFT)

    with pytest.raises(ApiError) as caught:
        await Writes().create(api, DRAFT)

    assert caught.value.failure is Failure.TAKEN


async def test_a_taken_id_is_a_success_when_an_earlier_run_stored_the_same(world):
    api, writes = world.api(), Writes()
    await api.create(DRAFT)
    writes.resume("x1")

    assert (await writes.create(api, DRAFT)).read_back


async def test_anothers_blog_under_the_id_is_not_taken_for_ones_own(world, fault):
    fault.lose_answer.add("POST")
    world.blogs.put(id="x1", title="Another")

    with pytest.raises(ApiError):
        await Writes().create(world.api(), DRAFT)


async def test_a_gateway_that_fails_after_the_work_is_a_lost_answer(world, fault):
    def fail_after_work(method, path):
        if method != "POST":
            return None
        world.blogs.put(id="x1", title="T", author="A", contents="C")
        return problem(504, "late")

    fault.replace = fail_after_work

    assert (await Writes().create(world.api(), DRAFT)).read_back


async def test_a_refusal_is_final_and_reads_nothing(world, fault):
    fault.replace = lambda method, path: problem(422, "no") if method == "POST" else None

    with pytest.raises(ApiError, match="422"):
        await Writes().create(world.api(), DRAFT)

    assert methods(world) == []


async def test_a_backend_that_is_down_is_not_asked_again(world, fault):
    fault.down = True
    entries = []

    with pytest.raises(ApiError, match="is not reachable"):
        await Writes().create(world.api(record=entries.append), DRAFT)

    assert [entry.method for entry in entries] == ["POST"]


async def test_a_lost_answer_to_a_put_is_settled_by_reading(world, fault):
    blog = await world.api().read("blog-0001")
    draft = Draft(id=blog.id, title="New", author="B", contents="D")
    fault.lose_answer.add("PUT")

    written = await Writes().replace(world.api(), draft, blog.etag)

    assert written.read_back
    assert written.blog.etag == world.blogs.etag("blog-0001") != blog.etag


async def test_a_lost_put_is_reported_and_can_be_sent_again(world, fault):
    api, writes = world.api(), Writes()
    blog = await api.read("blog-0001")
    draft = Draft(id=blog.id, title="New", author="B", contents="D")
    fault.lose_request.add("PUT")
    with pytest.raises(ApiError, match="not saved yet"):
        await writes.replace(api, draft, blog.etag)

    assert not (await writes.replace(api, draft, blog.etag)).read_back


async def test_a_condition_that_ones_own_lost_write_broke_is_a_success(world, fault):
    api, writes = world.api(), Writes()
    blog = await api.read("blog-0001")
    draft = Draft(id=blog.id, title="New", author="B", contents="D")
    fault.lose_answer |= {"PUT", "GET"}
    with pytest.raises(ApiError, match="may have been applied"):
        await writes.replace(api, draft, blog.etag)

    assert (await writes.replace(api, draft, blog.etag)).read_back


async def test_a_lost_answer_to_a_delete_is_settled_by_reading(world, fault):
    fault.lose_answer.add("DELETE")

    assert await Writes().delete(world.api(), "blog-0001", None) is True
    assert "blog-0001" not in world.blogs.table


async def test_a_lost_delete_says_that_the_blog_is_still_there(world, fault):
    fault.lose_request.add("DELETE")

    with pytest.raises(ApiError, match="not deleted yet"):
        await Writes().delete(world.api(), "blog-0001", None)


async def test_a_post_that_succeeds_settles_an_earlier_lost_one(world, fault):
    """Afterwards a taken id is somebody's again, and no proof of one's own write."""
    api, writes = world.api(), Writes()
    fault.lose_request |= {"POST", "GET"}
    with pytest.raises(ApiError, match="may have been applied"):
        await writes.create(api, DRAFT)
    await writes.create(api, DRAFT)

    with pytest.raises(ApiError) as caught:
        await writes.create(api, DRAFT)

    assert caught.value.failure is Failure.TAKEN


async def test_a_put_that_succeeds_settles_an_earlier_lost_one(world, fault):
    api, writes = world.api(), Writes()
    blog = await api.read("blog-0001")
    draft = Draft(id=blog.id, title="New", author="B", contents="D")
    fault.lose_request |= {"PUT", "GET"}
    with pytest.raises(ApiError, match="may have been applied"):
        await writes.replace(api, draft, blog.etag)
    await writes.replace(api, draft, blog.etag)

    with pytest.raises(ApiError) as caught:
        await writes.replace(api, draft, blog.etag)

    assert caught.value.failure is Failure.CHANGED
