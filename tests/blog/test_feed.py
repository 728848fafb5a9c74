"""Pages of the feed: unprocessed keys, sizes, a lagging index, concurrent writes."""

from __future__ import annotations

import contextlib

import pytest

from blog.errors import Unavailable, UnknownBlog
from blog.model import Draft
from blog.store import Store
from tests.blog.clients import Around, LaggingIndex, Recorder, Unprocessed
from tests.blog.stores import HEAVY, make_blog, nothing, rewrite


@pytest.mark.parametrize("count", [1, 2, 3])
def test_unprocessed_keys_of_a_batch_are_requested_again(client, table, store, count: int):
    for number in range(5):
        store.create(make_blog(f"b{number}"))
    leaving = Unprocessed(count)
    page = Store(Around(client, leaving), table).blogs(5, None)

    assert [blog.id for blog in page.blogs] == ["b4", "b3", "b2", "b1", "b0"]
    assert leaving.calls == count + 1


def test_keys_that_stay_unprocessed_raise_unavailable(client, table, store):
    store.create(make_blog("a"))
    leaving = Unprocessed(10**6)
    with pytest.raises(Unavailable):
        Store(Around(client, leaving), table).blogs(5, None)

    assert leaving.calls <= 5


def test_full_page_reads_as_many_blogs_as_fit(client, table, store):
    for number in range(5):
        store.create(make_blog(f"b{number}", contents=HEAVY))
    recorder = Recorder()
    page = Store(Around(client, recorder), table).blogs(5, None)
    (batch,) = (arguments for name, arguments in recorder.calls if name == "batch_get_item")

    assert len(batch["RequestItems"][table]["Keys"]) == len(page.blogs) == 2
    assert page.last == page.blogs[-1].position


@pytest.fixture
def lagging(client, table):
    """A store whose feed can be frozen."""
    lag = LaggingIndex()
    return lag, Store(Around(client, lag), table)


def test_blogs_larger_than_in_a_lagging_feed_fit_into_the_response(client, table, store, lagging):
    lag, seeing = lagging
    for number in range(5):
        store.create(make_blog(f"b{number}"))
    with lag.frozen(client, table):
        for number in range(5):
            store.replace(
                f"b{number}",
                lambda old: old.updated(Draft(id=None, title="t", author="", contents=HEAVY)),
            )
        first = seeing.blogs(5, None)
        second = seeing.blogs(5, first.last)

    assert [blog.id for blog in [*first.blogs, *second.blogs]] == ["b4", "b3", "b2", "b1"]
    assert second.last is not None


def test_lagging_feed_returns_no_deleted_blog_and_none_twice(client, table, store, lagging):
    lag, seeing = lagging
    for number in range(4):
        store.create(make_blog(f"b{number}"))
    with lag.frozen(client, table):
        store.delete("b3", nothing)
        store.delete("b1", nothing)
        store.create(make_blog("b1"))
        store.create(make_blog("b9"))
        first = seeing.blogs(1, None)
        rest = seeing.blogs(5, first.last)

    assert (list(first.blogs), first.last is None) == ([], False)
    assert [blog.id for blog in rest.blogs] == ["b2", "b0"]
    assert rest.last is None
    assert [blog.id for blog in store.blogs(9, None).blogs] == ["b9", "b1", "b2", "b0"]


def test_lagging_feed_has_an_old_summary_but_the_current_blog(client, table, store, lagging):
    lag, seeing = lagging
    store.create(make_blog("a"))
    with lag.frozen(client, table):
        store.replace("a", rewrite)

        assert seeing.summaries(5, None).blogs[0].title == "t"
        assert seeing.get("a").title == "new"
        assert seeing.blogs(5, None).blogs[0].title == "new"


@pytest.mark.parametrize("view", ["summaries", "blogs"])
def test_paging_returns_every_blog_once_during_other_writes(store, view: str):
    for number in range(12):
        store.create(make_blog(f"b{number:02}"))
    seen, before = [], None
    for turn in range(20):
        page = getattr(store, view)(2, before)
        seen += [blog.id for blog in page.blogs]
        store.create(make_blog(f"new{turn:02}"))
        with contextlib.suppress(UnknownBlog):
            store.delete(f"b{11 - turn * 3:02}", nothing)
        before = page.last
        if before is None:
            break
    stayed = [
        blog_id
        for blog_id in (f"b{number:02}" for number in range(11, -1, -1))
        if (11 - int(blog_id[1:])) % 3
    ]

    assert [blog_id for blog_id in seen if blog_id in stayed] == stayed
    assert len(set(seen)) == len(seen)
    assert not any(blog_id.startswith("new") for blog_id in seen)


class DoubledRows:
    """Returns each row of the feed twice, and an empty LastEvaluatedKey."""

    def __call__(self, name, call, arguments):
        response = call(**arguments)
        if name == "query":
            response["Items"] = [row for row in response["Items"] for _ in range(2)]
            response.setdefault("LastEvaluatedKey", {})
        return response


@pytest.mark.parametrize("limit", [1, 2, 3, 9])
def test_row_that_is_twice_in_the_index_is_one_blog(client, table, store, limit: int):
    for number in range(3):
        store.create(make_blog(f"b{number}"))
    seeing = Store(Around(client, DoubledRows()), table)
    for read in (seeing.blogs, seeing.summaries):
        page, found = read(limit, None), []
        found += page.blogs
        while page.last:
            page = read(limit, page.last)
            found += page.blogs
        assert [blog.id for blog in found] == ["b2", "b1", "b0"]


class StaleIndex:
    """Returns the rows of the first query after those of each later query."""

    def __init__(self) -> None:
        self._stale: list[dict] = []

    def __call__(self, name, call, arguments):
        response = call(**arguments)
        if name == "query":
            response["Items"] += self._stale
            self._stale = self._stale or list(response["Items"])
        return response


def test_blog_created_again_is_listed_once_while_the_index_has_its_old_row(client, table, store):
    seeing = Store(Around(client, StaleIndex()), table)
    store.create(make_blog("a"))
    seeing.summaries(9, None)
    store.delete("a", nothing)
    store.create(make_blog("a"))

    for page in (seeing.blogs(9, None), seeing.summaries(9, None)):
        assert [blog.position for blog in page.blogs] == [store.get("a").position]
