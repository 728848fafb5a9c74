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
    return [method for method, _ in world.blogs.requests]


async def test_a_post_without_a_response_is_checked_by_reading(world, fault):
    fault.lose_response.add("POST")

    written = await Writes().create(world.api(), DRAFT)

    assert written.read_back
    assert written.blog.matches(DRAFT)
    assert methods(world) == ["POST", "GET"]


async def test_a_lost_post_is_reported_and_not_repeated(world, fault):
    fault.lose_request.add("POST")

    with pytest.raises(ApiError, match=r"not saved yet\. You can safely save it again"):
        await Writes().create(world.api(), DRAFT)

    assert "x1" not in world.blogs.table
    assert methods(world) == ["GET"]


async def test_posting_again_after_a_lost_response_finds_the_blog(world, fault):
    api, writes = world.api(), Writes()
    fault.lose_response |= {"POST", "GET"}
    with pytest.raises(ApiError, match="may have been applied") as caught:
        await writes.create(api, DRAFT)

    written = await writes.create(api, DRAFT)

    assert caught.value.uncertain
    assert written.read_back
    assert methods(world).count("POST") == 2


async def test_a_used_id_is_an_error_without_a_lost_response(world):
    api = world.api()
    await api.create(DRAFT)

    with pytest.raises(ApiError) as caught:
        await Writes().create(api, DRAFT)

    assert caught.value.failure is Failure.TAKEN


async def test_a_used_id_is_a_success_if_an_earlier_run_saved_the_same(world):
    api, writes = world.api(), Writes()
    await api.create(DRAFT)
    writes.resume("x1")

    assert (await writes.create(api, DRAFT)).read_back


async def test_a_different_blog_with_the_id_is_an_error(world, fault):
    fault.lose_response.add("POST")
    world.blogs.put(id="x1", title="Another")

    with pytest.raises(ApiError):
        await Writes().create(world.api(), DRAFT)


async def test_a_gateway_error_counts_as_a_lost_response(world, fault):
    def fail_after_work(method, path):
        if method != "POST":
            return None
        world.blogs.put(id="x1", title="T", author="A", contents="C")
        return problem(504, "late")

    fault.replace = fail_after_work

    assert (await Writes().create(world.api(), DRAFT)).read_back


async def test_a_rejected_write_is_not_checked(world, fault):
    fault.replace = lambda method, path: problem(422, "no") if method == "POST" else None

    with pytest.raises(ApiError, match="422"):
        await Writes().create(world.api(), DRAFT)

    assert methods(world) == []


async def test_an_unreachable_backend_gets_no_further_request(world, fault):
    fault.down = True
    entries = []

    with pytest.raises(ApiError, match="is not reachable"):
        await Writes().create(world.api(record=entries.append), DRAFT)

    assert [entry.method for entry in entries] == ["POST"]


async def test_a_put_without_a_response_is_checked_by_reading(world, fault):
    blog = await world.api().read("blog-0001")
    draft = Draft(id=blog.id, title="New", author="B", contents="D")
    fault.lose_response.add("PUT")

    written = await Writes().replace(world.api(), draft, blog.etag)

    assert written.read_back
    assert written.blog.etag == world.blogs.etag("blog-0001") != blog.etag


async def test_a_lost_put_is_reported_and_can_be_repeated(world, fault):
    api, writes = world.api(), Writes()
    blog = await api.read("blog-0001")
    draft = Draft(id=blog.id, title="New", author="B", contents="D")
    fault.lose_request.add("PUT")
    with pytest.raises(ApiError, match="not saved yet"):
        await writes.replace(api, draft, blog.etag)

    assert not (await writes.replace(api, draft, blog.etag)).read_back


async def test_a_412_caused_by_the_own_lost_put_is_a_success(world, fault):
    api, writes = world.api(), Writes()
    blog = await api.read("blog-0001")
    draft = Draft(id=blog.id, title="New", author="B", contents="D")
    fault.lose_response |= {"PUT", "GET"}
    with pytest.raises(ApiError, match="may have been applied"):
        await writes.replace(api, draft, blog.etag)

    assert (await writes.replace(api, draft, blog.etag)).read_back


async def test_a_lost_delete_is_checked_by_reading(world, fault):
    fault.lose_response.add("DELETE")

    assert await Writes().delete(world.api(), "blog-0001", None) is True
    assert "blog-0001" not in world.blogs.table


async def test_a_lost_delete_reports_that_the_blog_still_exists(world, fault):
    fault.lose_request.add("DELETE")

    with pytest.raises(ApiError, match="not deleted yet"):
        await Writes().delete(world.api(), "blog-0001", None)


async def test_a_successful_post_clears_an_earlier_lost_response(world, fault):
    """Later, a used id means another client's blog again, not the own lost write."""
    api, writes = world.api(), Writes()
    fault.lose_request |= {"POST", "GET"}
    with pytest.raises(ApiError, match="may have been applied"):
        await writes.create(api, DRAFT)
    await writes.create(api, DRAFT)

    with pytest.raises(ApiError) as caught:
        await writes.create(api, DRAFT)

    assert caught.value.failure is Failure.TAKEN


async def test_a_successful_put_clears_an_earlier_lost_response(world, fault):
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
