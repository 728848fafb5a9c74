"""The store: conflicts, lost responses, a lagging index, a database that does not respond."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from blog import schema
from blog.errors import IdTaken, Unavailable, UnknownBlog
from blog.model import Blog
from blog.store import Store
from tests.blog.clients import Around, Faults, LostAnswers, Recorder
from tests.blog.databases import Database
from tests.blog.stores import HEAVY, make_blog, nothing, rewrite


def test_created_blog_is_read_back(any_database: Database):
    store = Store(any_database.client(), any_database.new_table())
    blog = make_blog("a", title="\x00😀\u2028", author="", contents="")
    store.create(blog)

    assert store.get("a") == blog
    assert store.blogs(10, None).blogs == [blog]


def test_largest_item_fits(any_database: Database):
    store = Store(any_database.client(), any_database.new_table())
    blog = make_blog("a" * 128, title="😀" * 200, author="😀" * 100, contents=HEAVY)
    store.create(blog)

    assert store.get(blog.id) == blog


@pytest.mark.parametrize("count", [1, 2])
def test_create_with_a_lost_response_succeeds(client, table, count: int):
    blog = make_blog("a")
    Store(Around(client, LostAnswers("put_item", count=count)), table).create(blog)

    assert Store(client, table).get("a") == blog


def test_lost_response_does_not_hide_a_taken_id(client, table, store):
    store.create(make_blog("a"))
    faulty = Store(Around(client, Faults("InternalServerError", status=500, count=1)), table)
    with pytest.raises(IdTaken):
        faulty.create(make_blog("a"))


def test_replacement_with_a_lost_response_is_made_once(client, table, store):
    store.create(make_blog("a"))
    asked = []

    def change(old: Blog) -> Blog:
        asked.append(old)
        return rewrite(old)

    new = Store(Around(client, LostAnswers("put_item")), table).replace("a", change)

    assert store.get("a") == new
    assert len(asked) == 1


def test_delete_with_a_lost_response_succeeds(client, table, store):
    store.create(make_blog("a"))
    Store(Around(client, LostAnswers("delete_item")), table).delete("a", nothing)

    with pytest.raises(UnknownBlog):
        store.get("a")


def _interfering(client, name: str, interfere, times: int = 1):
    """A client that lets another writer write before each of its writes."""
    left = [times]

    def change(called, call, arguments):
        if called == name and left[0]:
            left[0] -= 1
            interfere()
        return call(**arguments)

    return Around(client, change)


def test_write_after_a_conflict_is_checked_on_the_new_state(client, table, store):
    store.create(make_blog("a"))
    seen = []
    slow = Store(_interfering(client, "put_item", lambda: store.replace("a", rewrite)), table)
    slow.replace("a", lambda old: (seen.append(old.title), rewrite(old))[1])

    assert seen == ["t", "new"]


def test_delete_after_another_delete_raises_unknown_blog(client, table, store):
    store.create(make_blog("a"))
    slow = Store(_interfering(client, "delete_item", lambda: store.delete("a", nothing)), table)
    with pytest.raises(UnknownBlog):
        slow.delete("a", nothing)


def test_delete_never_deletes_an_unchecked_version(client, table, store):
    store.create(make_blog("a"))
    seen = []
    slow = Store(_interfering(client, "delete_item", lambda: store.replace("a", rewrite)), table)
    slow.delete("a", lambda old: seen.append(old.title))

    assert seen == ["t", "new"]


def test_write_that_always_conflicts_raises_unavailable(client, table, store):
    store.create(make_blog("a"))
    losing = Store(_interfering(client, "put_item", lambda: store.replace("a", rewrite), 99), table)
    with pytest.raises(Unavailable):
        losing.replace("a", rewrite)


def test_reads_of_blogs_are_consistent_and_nothing_scans(client, table):
    recorder = Recorder()
    store = Store(Around(client, recorder), table)
    store.create(make_blog("a"))
    store.get("a")
    store.blogs(5, None)
    store.summaries(5, None)
    kinds = dict(recorder.calls)

    assert set(kinds) == {"put_item", "get_item", "query", "batch_get_item"}
    assert kinds["get_item"]["ConsistentRead"] is True
    assert kinds["batch_get_item"]["RequestItems"][table]["ConsistentRead"] is True


def test_feed_has_every_attribute_that_is_read_from_it(client, table):
    recorder = Recorder()
    store = Store(Around(client, recorder), table)
    store.create(make_blog("a"))
    store.summaries(5, "2999-01-01T00:00:00.000000Z#a")
    (query,) = (arguments for name, arguments in recorder.calls if name == "query")
    row = client.query(**query)["Items"][0]
    keys = {schema.TABLE_KEY, schema.FEED_PARTITION, schema.FEED_POSITION}

    assert set(query["ExpressionAttributeNames"].values()) <= keys
    assert set(re.findall(r"#\w+", query["KeyConditionExpression"])) == set(
        query["ExpressionAttributeNames"]
    )
    assert set(row) == keys | set(schema.NON_KEY_ATTRIBUTES)
    assert not {"FilterExpression", "ProjectionExpression", "ExclusiveStartKey"} & set(query)


def test_concurrent_replacements_all_succeed(store):
    store.create(make_blog("a"))
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: store.replace("a", rewrite), range(8)))

    assert len({blog.version for blog in made}) == 8


def test_placeholder_row_is_not_a_blog(client, table, store):
    store.create(make_blog("a"))
    client.update_item(TableName=table, Key={"id": {"S": "a"}}, UpdateExpression="REMOVE version")
    with pytest.raises(UnknownBlog):
        store.get("a")

    assert store.blogs(5, None).blogs == []
