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
from localcloud.runtimes.database import TableSpec

SPEC = TableSpec(name="blogs", attributes={"id": "S"}, hash_key="id")


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


async def test_calls_are_counted_after_a_restart(client, database, metrics):
    os.kill(database.pid, signal.SIGKILL)
    # boto3 tries again until dynalite is back
    await asyncio.to_thread(client.get_item, TableName="blogs", Key={"id": {"S": "1"}})

    await becomes(lambda: count(metrics, "GetItem") >= 1)
