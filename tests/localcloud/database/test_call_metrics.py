"""Metrics of the calls that dynalite answers."""

import asyncio
import os
import signal
import time

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from localcloud.metrics import Metrics
from localcloud.runtimes.database import IndexSpec, TableSpec

INDEX = IndexSpec(name="feed", hash_key="day", projection="INCLUDE", non_key_attributes=("title",))
SPEC = TableSpec(name="blogs", attributes={"id": "S", "day": "S"}, hash_key="id", indexes=(INDEX,))


@pytest.fixture
def metrics():
    return Metrics()


@pytest.fixture
async def database(make_database, metrics):
    made = make_database(metrics=metrics)
    await made.start()
    await made.ensure_table(SPEC)
    yield made
    await made.stop()


@pytest.fixture
def client(database):
    return boto3.client(
        "dynamodb",
        endpoint_url=database.endpoint,
        region_name="eu-west-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",
        config=Config(retries={"mode": "standard", "max_attempts": 10}),
    )


def count(metrics, operation, table="blogs"):
    dimensions = frozenset({("TableName", table), ("Operation", operation)})
    series = ("AWS/DynamoDB", "SuccessfulRequestLatency", dimensions)
    return sum(values.count for _, values in metrics.periods(series, 60, 0, time.time() + 60))


async def becomes(condition):
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.02)


async def test_each_call_is_counted_by_table_and_operation(client, metrics):
    item = {"id": {"S": "1"}, "text": {"S": '"TableName": "other"' + "x" * 200_000}}
    await asyncio.to_thread(client.put_item, TableName="blogs", Item=item)
    keys = {"blogs": {"Keys": [{"id": {"S": "1"}}]}}
    for _ in range(2):
        await asyncio.to_thread(client.batch_get_item, RequestItems=keys)

    await becomes(lambda: (count(metrics, "PutItem"), count(metrics, "BatchGetItem")) == (1, 2))
    assert count(metrics, "PutItem", "other") == 0


async def test_failed_calls_and_the_local_cloud_s_own_are_not_counted(client, database, metrics):
    await database.repair_indexes(SPEC)
    with pytest.raises(ClientError):
        await asyncio.to_thread(client.get_item, TableName="other", Key={"id": {"S": "1"}})
    with pytest.raises(ClientError):
        await asyncio.to_thread(client.get_item, TableName="blogs", Key={"wrong": {"S": "1"}})
    await asyncio.to_thread(client.get_item, TableName="blogs", Key={"id": {"S": "1"}})
    await becomes(lambda: count(metrics, "GetItem"))

    assert count(metrics, "GetItem") == 1
    assert count(metrics, "GetItem", "other") == 0
    assert count(metrics, "Scan") == count(metrics, "DescribeTable") == 0


def units(metrics, name, **dimensions):
    """Return the consumed capacity units of the table, or of an index of it."""
    series = ("AWS/DynamoDB", name, frozenset({"TableName": "blogs", **dimensions}.items()))
    return sum(values.total for _, values in metrics.periods(series, 60, 0, time.time() + 60))


def consumed(metrics):
    """Return read and write units of the table, then those of the index."""
    names = ("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits")
    return [
        units(metrics, name, **index)
        for index in ({}, {"GlobalSecondaryIndexName": "feed"})
        for name in names
    ]


def blog(title="a", day="1", size=1):
    return {
        "id": {"S": "1"},
        "day": {"S": day},
        "title": {"S": title},
        "text": {"S": "x" * size},
    }


async def test_capacity_of_the_table_leaves_out_the_index_as_in_aws(client, metrics):
    """The docs of DynamoDB give the sizes of units: 1 KB written, 4 KB read, half if eventual."""
    key = {"id": {"S": "1"}}

    async def step(call, expected, **request):
        response = await asyncio.to_thread(call, TableName="blogs", **request)
        await becomes(lambda: consumed(metrics) == expected)
        assert "ConsumedCapacity" not in response

    await step(client.put_item, [0, 3, 0, 1], Item=blog(size=2500))
    # The projected attributes stay the same.
    await step(client.put_item, [0, 6, 0, 1], Item=blog(size=2600))
    await step(client.put_item, [0, 9, 0, 2], Item=blog("b", size=2600))
    # Another key of the index: a deletion and a write
    await step(client.put_item, [0, 12, 0, 4], Item=blog("b", "2", size=2600))
    await step(client.get_item, [0.5, 12, 0, 4], Key=key)
    await step(client.get_item, [1.5, 12, 0, 4], Key=key, ConsistentRead=True)
    query = {
        "IndexName": "feed",
        "KeyConditionExpression": "#day = :day",
        "ExpressionAttributeNames": {"#day": "day"},
    }
    for day, index_units in (("2", 0.5), ("none", 1.0)):
        values = {":day": {"S": day}}
        await step(
            client.query,
            [1.5, 12, index_units, 4],
            ExpressionAttributeValues=values,
            **query,
        )
    await step(client.delete_item, [1.5, 15, 1.0, 5], Key=key)


async def test_caller_gets_the_capacity_that_it_asks_for(client, metrics):
    values = {":day": {"S": "1"}}
    query = {
        "TableName": "blogs",
        "IndexName": "feed",
        "KeyConditionExpression": "#day = :day",
        "ExpressionAttributeNames": {"#day": "day"},
        "ExpressionAttributeValues": values,
    }
    await asyncio.to_thread(client.put_item, TableName="blogs", Item=blog())

    total = await asyncio.to_thread(client.query, **query, ReturnConsumedCapacity="TOTAL")
    indexes = await asyncio.to_thread(client.query, **query, ReturnConsumedCapacity="INDEXES")

    assert total["ConsumedCapacity"] == {"TableName": "blogs", "CapacityUnits": 0.5}
    assert indexes["ConsumedCapacity"]["GlobalSecondaryIndexes"] == {"feed": {"CapacityUnits": 0.5}}


async def test_calls_are_counted_after_a_restart(client, database, metrics):
    os.kill(database.pid, signal.SIGKILL)
    # boto3 tries again until dynalite is back
    await asyncio.to_thread(client.get_item, TableName="blogs", Key={"id": {"S": "1"}})

    await becomes(lambda: count(metrics, "GetItem") >= 1)
