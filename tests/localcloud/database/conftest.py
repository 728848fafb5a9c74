import json
import subprocess
from pathlib import Path

import pytest

from localcloud.metrics import Metrics
from localcloud.ports import free_port
from localcloud.processes import Processes
from localcloud.runtimes.database import Database, IndexSpec, TableSpec, find_node
from localcloud.runtimes.database.dynamodb_http import DynamoDBClient

PROJECT = Path(__file__).parents[3]
DYNALITE = PROJECT / "node_modules" / "dynalite"
POSTS = TableSpec(
    name="posts",
    attributes={"id": "S", "bucket": "S", "position": "S", "author": "S"},
    hash_key="id",
    indexes=(
        IndexSpec(
            name="feed",
            hash_key="bucket",
            range_key="position",
            projection="INCLUDE",
            non_key_attributes=("title",),
        ),
        IndexSpec(name="by-author", hash_key="author", range_key="id", projection="KEYS_ONLY"),
        IndexSpec(name="whole", hash_key="author", range_key="position"),
    ),
)


def post(number, title="first"):
    """An item of POSTS; every third has no author, so it is in one index only."""
    item = {
        "id": {"S": f"post-{number}"},
        "bucket": {"S": "all"},
        "position": {"S": f"2026-01-01T00:00:00.{number:06}Z#post-{number}"},
        "title": {"S": title},
        "contents": {"S": "never in the feed"},
    }
    return item if number % 3 == 0 else item | {"author": {"S": f"author {number % 5}"}}


async def call(database, operation, **request):
    """Send one request on a new connection."""
    client = DynamoDBClient(database.endpoint)
    try:
        return await client.call(operation, {"TableName": "posts", **request})
    finally:
        await client.close()


async def scan(database, **more):
    found, page = [], more
    while True:
        answer = await call(database, "Scan", **page)
        found += answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return found
        page = {**more, "ExclusiveStartKey": answer["LastEvaluatedKey"]}


async def feed_equals_items(database):
    """Assert that each index has exactly the rows of its items, computed independently."""
    items = await scan(database)
    for index in POSTS.indexes:
        kept = {"id", *index.keys, *index.non_key_attributes}
        rows = [
            item if index.projection == "ALL" else {k: v for k, v in item.items() if k in kept}
            for item in items
            if all(key in item for key in index.keys)
        ]
        assert by_text(await scan(database, IndexName=index.name)) == by_text(rows)


def by_text(items):
    return sorted(repr(sorted(item.items())) for item in items)


@pytest.fixture(scope="session")
def node():
    return find_node()


@pytest.fixture
async def processes():
    async def lost():
        raise AssertionError("the guardian is gone")

    processes = Processes(lost)
    await processes.open()
    yield processes
    await processes.close()


@pytest.fixture
def make_database(node, processes, tmp_path):
    def make(**changes):
        return Database(
            **{
                "node": node,
                "project": PROJECT,
                "folder": tmp_path / "database",
                "port": free_port(),
                "log": tmp_path / "database.log",
                "processes": processes,
                "metrics": Metrics(),
            }
            | changes
        )

    return make


@pytest.fixture
async def database(make_database):
    database = make_database()
    await database.start()
    yield database
    await database.stop()


@pytest.fixture
def breaking_node(node, tmp_path):
    """Returns a Node.js that kills dynalite once, at a given moment (see crash.js)."""

    def make(where, after=1):
        (tmp_path / "crash.json").write_text(json.dumps({"where": where, "after": after}))
        wrapper = tmp_path / "node"
        preload = Path(__file__).with_name("crash.js")
        wrapper.write_text(f'#!/bin/sh\nexec "{node}" --require "{preload}" "$@"\n')
        wrapper.chmod(0o755)
        return wrapper

    return make


@pytest.fixture
def plant(node, tmp_path):
    """Writes rows and items directly into the folder of a stopped database."""

    def write(changes):
        subprocess.run(
            [node, Path(__file__).with_name("plant.js"), DYNALITE, tmp_path / "database"],
            input=json.dumps(changes),
            text=True,
            check=True,
        )

    return write
