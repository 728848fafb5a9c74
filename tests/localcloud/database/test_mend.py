import asyncio
import contextlib
import random
import time

import pytest

from localcloud.runtimes.database import DatabaseError, MendReport
from localcloud.runtimes.database.wire import Wire
from tests.localcloud.database.conftest import POSTS, by_text, feed_equals_items, post, scan

BEFORE_ITEM = "before the item"
BEFORE_ROWS = "before rows are put"


class Writer:
    """Writes like a client that remembers what was acknowledged."""

    def __init__(self, database):
        self._wire = Wire(database.endpoint)
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
        await self._wire.close()

    async def _call(self, operation, **request):
        await self._wire.call(operation, {"TableName": "posts", **request})


@pytest.fixture
async def started():
    """Databases that are stopped at the end, whatever happens."""
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
    """Write two posts, die during *last_write*, and start again; gives what was acknowledged."""
    first = await started(make_database(node=node))
    first._keeper.cancel()  # noqa: SLF001 - the next start is this test's own
    writer = Writer(first)
    await writer.put(post(1))
    await writer.put(post(2))
    with pytest.raises(DatabaseError, match="does not answer"):
        await last_write(writer)
    await writer.close()
    await first.stop()
    return await started(make_database()), list(writer.items.values())


KILLS = {
    "new item": (BEFORE_ITEM, lambda w: w.put(post(4)), MendReport(orphaned=3)),
    "replaced item": (BEFORE_ITEM, lambda w: w.put(post(1, title="2")), MendReport(stale=2)),
    "deleted item": (BEFORE_ITEM, lambda w: w.delete(post(1)), MendReport(missing=3)),
    "moved item": (
        BEFORE_ITEM,
        lambda w: w.rename(post(1), "new"),
        MendReport(missing=2, orphaned=2),
    ),
    "half moved item": (BEFORE_ROWS, lambda w: w.rename(post(1), "new"), MendReport(missing=2)),
}


@pytest.mark.parametrize("kill", KILLS)
async def test_a_kill_between_two_writes_is_mended(make_database, breaking_node, started, kill):
    where, write, report = KILLS[kill]
    node = breaking_node(where, after=3)
    database, acknowledged = await crashed(make_database, node, started, write)

    assert await database.mend(POSTS) == report

    assert by_text(await scan(database)) == by_text(acknowledged)
    await feed_equals_items(database)
    assert await database.mend(POSTS) == MendReport()


async def test_a_database_that_died_is_mended_when_it_is_started_again(
    make_database, breaking_node, started
):
    database = await started(make_database(node=breaking_node(BEFORE_ITEM)))
    writer = Writer(database)
    with pytest.raises(DatabaseError):
        await writer.put(post(1))
    await writer.close()

    rows = None
    while rows != []:
        await asyncio.sleep(0.05)
        with contextlib.suppress(DatabaseError):
            rows = await scan(database, IndexName="feed")

    assert await scan(database) == []


@pytest.mark.parametrize("seed", range(4))
async def test_random_inconsistencies_are_mended_without_touching_an_item(
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

    report = await database.mend(POSTS)

    assert report.missing
    assert report.orphaned
    assert report.stale
    assert by_text(await scan(database)) == by_text(before)
    await feed_equals_items(database)
    assert await database.mend(POSTS) == MendReport()


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


async def test_a_kill_during_the_repair_leaves_no_stand_in(
    make_database, breaking_node, started, plant
):
    first = await started(make_database())
    writer = Writer(first)
    await writer.put(post(1))
    await writer.put(post(3))
    await writer.close()
    await first.stop()
    astray = {**post(1), "position": {"S": "1999"}}
    unlisted = {**post(3), "author": {"S": "nobody"}}
    plant(
        [
            {"table": "posts", "index": "feed", "put": post(7)},
            {"table": "posts", "index": "feed", "put": astray},
            {"table": "posts", "index": "whole", "put": unlisted},
        ]
    )
    second = await started(make_database())
    stop_after_the_moves(second)
    await second.mend(POSTS)
    assert len(await scan(second)) == 3
    await second.stop()

    third = await started(make_database())
    await third.mend(POSTS)

    assert by_text(await scan(third)) == by_text([post(1), post(3)])
    await feed_equals_items(third)


def stop_after_the_moves(database):
    """Let nothing through that takes a stand-in away, as if killed before each of them."""
    call = database._wire.call  # noqa: SLF001 - the seam between the repair and the network

    async def some(operation, request):
        if "attribute_exists(#mark)" in request.get("ConditionExpression", ""):
            return {}
        return await call(operation, request)

    database._wire.call = some  # noqa: SLF001 - as above


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
            await database.mend(POSTS)

    repairing = asyncio.create_task(repair())
    await asyncio.gather(*(write(range(start, start + 40)) for start in range(0, 400, 40)))
    busy = False
    await repairing

    assert by_text(await scan(database)) == by_text(writer.items.values())
    await feed_equals_items(database)
    await writer.close()


async def test_ten_thousand_items_are_compared_faster_than_they_were_written(database):
    await database.ensure_table(POSTS)
    wire = Wire(database.endpoint)
    turns = asyncio.Semaphore(4)

    async def fill(start):
        puts = [{"PutRequest": {"Item": post(n)}} for n in range(start, start + 25)]
        async with turns:
            await wire.call("BatchWriteItem", {"RequestItems": {"posts": puts}})

    begun = time.monotonic()
    await asyncio.gather(*(fill(start) for start in range(0, 10_000, 25)))
    written = time.monotonic()
    await wire.close()

    assert await database.mend(POSTS) == MendReport()

    assert time.monotonic() - written < written - begun
