import asyncio
import logging
import random
from unittest.mock import patch

import pytest

from localcloud.runtimes.database import DatabaseError, RepairReport, TableSpec, index_comparison
from localcloud.runtimes.database.dynamodb_http import DynamoDBClient
from localcloud.runtimes.database.repair_requests import MARK
from tests.localcloud.database.conftest import POSTS, by_text, feed_equals_items, post, scan

BEFORE_ITEM = "before the item"
BEFORE_ROWS = "before rows are put"
BEFORE_ROWS_CHANGE = "before the rows"


class Writer:
    """Writes like a client, and records what was acknowledged."""

    def __init__(self, database):
        self._client = DynamoDBClient(database.endpoint)
        self.items = {}

    async def put(self, item):
        await self._call("PutItem", Item=item)
        self.items[item["id"]["S"]] = item

    async def delete(self, item):
        await self._call("DeleteItem", Key={"id": item["id"]})
        del self.items[item["id"]["S"]]

    async def rename(self, item, author):
        await self._call(
            "UpdateItem",
            Key={"id": item["id"]},
            UpdateExpression="SET author = :author",
            ExpressionAttributeValues={":author": {"S": author}},
        )

    async def close(self):
        await self._client.close()

    async def _call(self, operation, **request):
        await self._client.call(operation, {"TableName": "posts", **request})


@pytest.fixture
async def started():
    """Starts databases; stops them at the end of the test."""
    databases = []

    async def start(database):
        databases.append(database)
        await database.start()
        await database.ensure_table(POSTS)
        return database

    yield start
    for database in databases:
        await database.stop()


async def crashed(make_database, node, started, last_write):
    """Write two posts, die during *last_write*, and start again; return what was acknowledged."""
    first = await started(make_database(node=node))
    first._watching.cancel()  # noqa: SLF001 - the next start is this test's own
    writer = Writer(first)
    await writer.put(post(1))
    await writer.put(post(2))
    with pytest.raises(DatabaseError, match="does not respond"):
        await last_write(writer)
    await writer.close()
    await first.stop()
    return await started(make_database()), list(writer.items.values())


KILLS = {
    "new item": (BEFORE_ITEM, lambda w: w.put(post(4)), RepairReport(orphaned=3)),
    "replaced item": (BEFORE_ITEM, lambda w: w.put(post(1, title="2")), RepairReport(stale=2)),
    "deleted item": (BEFORE_ITEM, lambda w: w.delete(post(1)), RepairReport(missing=3)),
    "moved item": (
        BEFORE_ITEM,
        lambda w: w.rename(post(1), "new"),
        RepairReport(missing=2, orphaned=2),
    ),
    "half moved item": (BEFORE_ROWS, lambda w: w.rename(post(1), "new"), RepairReport(missing=2)),
}


@pytest.mark.parametrize("kill", KILLS)
async def test_a_kill_between_two_writes_is_repaired(make_database, breaking_node, started, kill):
    where, write, report = KILLS[kill]
    node = breaking_node(where, after=3)
    database, acknowledged = await crashed(make_database, node, started, write)

    assert await database.repair_indexes(POSTS) == report

    assert by_text(await scan(database)) == by_text(acknowledged)
    await feed_equals_items(database)
    assert await database.repair_indexes(POSTS) == RepairReport()


async def repaired(database, caplog):
    """Wait for the repair after a restart: only then is every stand-in deleted."""
    while "posts repaired after the restart" not in caplog.text:
        await asyncio.sleep(0.02)
    await feed_equals_items(database)


async def test_indexes_are_repaired_after_a_restart(make_database, breaking_node, started, caplog):
    caplog.set_level(logging.INFO)
    database = await started(make_database(node=breaking_node(BEFORE_ITEM)))
    writer = Writer(database)
    with pytest.raises(DatabaseError):
        await writer.put(post(1))
    await writer.close()

    await repaired(database, caplog)

    assert await scan(database) == []


async def test_a_repair_that_fails_is_tried_again(
    make_database, breaking_node, started, caplog, monkeypatch
):
    caplog.set_level(logging.INFO)
    database = await started(make_database(node=breaking_node(BEFORE_ITEM)))
    repair, failures = database.repair_indexes, iter([DatabaseError("not now")])

    async def fail_once(spec):
        if failure := next(failures, None):
            raise failure
        return await repair(spec)

    monkeypatch.setattr(database, "repair_indexes", fail_once)
    writer = Writer(database)
    with pytest.raises(DatabaseError):
        await writer.put(post(1))
    await writer.close()

    await repaired(database, caplog)

    assert "not now" in caplog.text
    assert await scan(database) == []


@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(n, marks=pytest.mark.sweep) for n in (2, 3))]
)
async def test_random_inconsistencies_are_repaired_without_changing_an_item(
    make_database, started, plant, seed
):
    chance = random.Random(seed)  # noqa: S311 - the same inconsistencies in every run
    first = await started(make_database())
    writer = Writer(first)
    await asyncio.gather(*(writer.put(post(number)) for number in range(40)))
    await writer.close()
    before = await scan(first)
    await first.stop()
    plant([change for _ in range(60) for change in inconsistency(chance)])
    database = await started(make_database())

    report = await database.repair_indexes(POSTS)

    assert report.missing
    assert report.orphaned
    assert report.stale
    assert by_text(await scan(database)) == by_text(before)
    await feed_equals_items(database)
    assert await database.repair_indexes(POSTS) == RepairReport()


def inconsistency(chance):
    """One change to one index: a row lost, a row too many, an outdated row, or a row astray."""
    index = chance.choice(POSTS.indexes)
    item = post(number := chance.randrange(40))
    if "author" not in item and index.name != "feed":
        item["author"] = {"S": "nobody"}  # a row whose item must not be in this index
    row = {k: v for k, v in item.items() if k != "contents" or index.projection == "ALL"}
    kind = chance.choice(["lost", "extra", "outdated", "astray"])
    if kind == "extra":
        row["id"] = {"S": f"ghost-{number}"}
    elif kind == "outdated":
        row["title"] = {"S": chance.choice(["older", "newer"])}
    elif kind == "astray":
        row |= {"position": {"S": f"1999#{number}"}, "author": {"S": "somebody else"}}
    yield {"table": "posts", "index": index.name, "del" if kind == "lost" else "put": row}


ROWS = {"orphan": post(7), "stray": {**post(1), "position": {"S": "1999"}}}
# The first write of a repair moves an item or puts a stand-in, the second undoes that.
INTERRUPTED = {
    "during the first step": (BEFORE_ITEM, 1),
    "between the steps": (BEFORE_ROWS_CHANGE, 2),
    "during the second step": (BEFORE_ITEM, 2),
}


@pytest.mark.parametrize(
    ("row", "when"),
    [
        ("orphan", "during the first step"),
        ("orphan", "during the second step"),
        ("stray", "between the steps"),
        pytest.param("orphan", "between the steps", marks=pytest.mark.sweep),
        pytest.param("stray", "during the first step", marks=pytest.mark.sweep),
        pytest.param("stray", "during the second step", marks=pytest.mark.sweep),
    ],
)
async def test_an_interrupted_repair_leaves_nothing_behind(
    make_database, breaking_node, started, plant, *, row, when
):
    first = await started(make_database())
    writer = Writer(first)
    await writer.put(post(1))
    await writer.put(post(3))
    await writer.close()
    await first.stop()
    plant([{"table": "posts", "index": "feed", "put": ROWS[row]}])
    where, after = INTERRUPTED[when]
    second = await started(make_database(node=breaking_node(where, after)))
    second._watching.cancel()  # noqa: SLF001 - the next start is this test's own
    with pytest.raises(DatabaseError, match="does not respond"):
        await second.repair_indexes(POSTS)
    await second.stop()

    third = await started(make_database())
    left = [item for item in await scan(third) if MARK in item]
    assert len(left) == (0 if when == "during the first step" else 1)
    await third.repair_indexes(POSTS)

    assert by_text(await scan(third)) == by_text([post(1), post(3)])
    await feed_equals_items(third)
    assert await third.repair_indexes(POSTS) == RepairReport()


async def test_a_stand_in_is_deleted_from_a_table_without_indexes(make_database, plant):
    plain = TableSpec(name="posts", attributes={"id": "S"}, hash_key="id")
    first = make_database()
    await first.start()
    await first.ensure_table(plain)
    await first.stop()
    item, stand_in = {"id": {"S": "a"}}, {"id": {"S": "b"}, MARK: {"NULL": True}}
    plant([{"table": "posts", "put": one} for one in (item, stand_in)])

    second = make_database()
    await second.start()
    await second.ensure_table(plain)
    await second.repair_indexes(plain)

    assert await scan(second) == [item]
    await second.stop()


async def test_writes_during_the_repair_are_not_lost(database):
    await database.ensure_table(POSTS)
    writer = Writer(database)
    busy = True

    async def write(numbers):
        for number in numbers:
            await writer.put(post(number))
            await writer.put(post(number, title="second"))
            if number % 4 == 0:
                await writer.delete(post(number))

    async def repair():
        while busy:
            await database.repair_indexes(POSTS)

    repairing = asyncio.create_task(repair())
    await asyncio.gather(*(write(range(start, start + 40)) for start in range(0, 400, 40)))
    busy = False
    await repairing

    assert by_text(await scan(database)) == by_text(writer.items.values())
    await feed_equals_items(database)
    await writer.close()


async def test_comparison_reads_whole_pages_and_each_item_a_few_times(database):
    count = 2_500
    await database.ensure_table(POSTS)
    client = DynamoDBClient(database.endpoint)
    for start in range(0, count, 25):
        puts = [{"PutRequest": {"Item": post(n)}} for n in range(start, start + 25)]
        await client.call("BatchWriteItem", {"RequestItems": {"posts": puts}})
    await client.close()
    with (
        patch.object(
            DynamoDBClient, "call", autospec=True, side_effect=DynamoDBClient.call
        ) as requests,
        patch.object(index_comparison, "key_of", wraps=index_comparison.key_of) as keys,
    ):
        assert await database.repair_indexes(POSTS) == RepairReport()

    assert requests.call_count < count / 100
    assert count < keys.call_count < 10 * count
