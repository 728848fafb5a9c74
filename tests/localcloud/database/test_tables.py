import asyncio
import contextlib
import dataclasses

import pytest
from moto.server import ThreadedMotoServer

from localcloud.runtimes.database import (
    DatabaseError,
    ExternalDatabase,
    IndexSpec,
    RepairReport,
    TableSpec,
)
from localcloud.runtimes.database.dynamodb_http import OperationError
from tests.localcloud.database.conftest import POSTS, call, feed_equals_items, free_port, post, scan

MINIMAL = TableSpec(name="posts", attributes={"id": "S"}, hash_key="id")


async def describe(database):
    return (await call(database, "DescribeTable"))["Table"]


async def put(database, item):
    await call(database, "PutItem", Item=item)


async def test_a_declared_table_is_created_with_its_indexes(database):
    await database.ensure_table(POSTS)
    await put(database, post(1))

    found = await describe(database)

    assert found["TableStatus"] == "ACTIVE"
    assert found["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert {i["IndexName"] for i in found["GlobalSecondaryIndexes"]} == {
        "feed",
        "by-author",
        "whole",
    }
    await feed_equals_items(database)


async def test_the_same_declaration_adopts_the_table_with_its_items(make_database):
    first = make_database()
    await first.start()
    await first.ensure_table(POSTS)
    await put(first, post(1))
    await first.stop()

    second = make_database()
    await second.start()
    await second.ensure_table(dataclasses.replace(POSTS, indexes=POSTS.indexes[::-1]))

    assert await scan(second) == [post(1)]
    await second.stop()


@pytest.mark.parametrize(
    "changed",
    [
        MINIMAL,
        dataclasses.replace(POSTS, indexes=POSTS.indexes[:2]),
        dataclasses.replace(
            POSTS, indexes=(*POSTS.indexes, IndexSpec(name="more", hash_key="position"))
        ),
        dataclasses.replace(
            POSTS,
            indexes=(dataclasses.replace(POSTS.indexes[0], non_key_attributes=("title", "size")),),
        ),
    ],
)
async def test_changed_indexes_are_an_error_that_says_what_to_do(database, tmp_path, changed):
    await database.ensure_table(POSTS)
    await put(database, post(1))

    with pytest.raises(DatabaseError, match="other indexes") as caught:
        await database.ensure_table(changed)

    assert "start over without its contents, stop the local cloud" in str(caught.value)
    assert str(tmp_path / "database") in str(caught.value)
    assert await scan(database) == [post(1)]


@pytest.mark.parametrize(
    "changed",
    [
        dataclasses.replace(MINIMAL, hash_key="name", attributes={"name": "S"}),
        dataclasses.replace(MINIMAL, attributes={"id": "N"}),
        dataclasses.replace(MINIMAL, range_key="at", attributes={"id": "S", "at": "S"}),
    ],
)
async def test_a_changed_key_is_an_error_that_says_what_to_do(database, changed):
    await database.ensure_table(MINIMAL)

    with pytest.raises(DatabaseError, match=r"another key .* start over"):
        await database.ensure_table(changed)


async def test_a_deleted_table_is_gone_and_can_be_deleted_again(database):
    await database.ensure_table(POSTS)
    await put(database, post(1))

    await database.delete_table("posts")
    await database.delete_table("posts")

    with pytest.raises(OperationError, match="ResourceNotFoundException"):
        await describe(database)
    await database.ensure_table(POSTS)
    assert await scan(database) == []
    await feed_equals_items(database)


@pytest.mark.parametrize("where", ["CREATING", "DELETING"])
async def test_a_half_created_or_deleted_table_is_finished(make_database, breaking_node, where):
    database = make_database(node=breaking_node(where))
    await database.start()
    with pytest.raises(DatabaseError, match="does not respond"):
        await create_and_delete(database)
    assert await status_after_the_restart(database) == where

    await database.ensure_table(POSTS)

    await put(database, post(1))
    await feed_equals_items(database)
    await database.stop()


async def create_and_delete(database):
    await database.ensure_table(POSTS)
    await database.delete_table("posts")


async def status_after_the_restart(database):
    while True:
        await asyncio.sleep(0.02)
        with contextlib.suppress(DatabaseError):
            return (await describe(database))["TableStatus"]


async def test_aws_settings_and_proxies_of_the_user_have_no_effect(make_database, monkeypatch):
    for name, value in {
        "AWS_PROFILE": "nope",
        "AWS_DEFAULT_PROFILE": "nope",
        "AWS_CONFIG_FILE": "/nope",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:9",
        "AWS_ACCESS_KEY_ID": "AKIAREALLOOKING",
        "AWS_REGION": "",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "http_proxy": "http://127.0.0.1:9",
        "ALL_PROXY": "http://127.0.0.1:9",
        "NODE_OPTIONS": "--no-such-option",
    }.items():
        monkeypatch.setenv(name, value)
    database = make_database()

    await database.start()
    await database.ensure_table(POSTS)
    await put(database, post(1))

    assert await database.repair_indexes(POSTS) == RepairReport()
    assert ":eu-west-1:" in (await describe(database))["TableArn"]
    await database.stop()


async def test_an_external_database_can_change_its_indexes(monkeypatch):
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    database = ExternalDatabase(f"http://{host}:{port}/")
    await database.start()
    await database.ensure_table(POSTS)

    changed = dataclasses.replace(POSTS.indexes[0], projection="ALL", non_key_attributes=())
    await database.ensure_table(dataclasses.replace(POSTS, indexes=(changed,)))

    found = (await describe(database))["GlobalSecondaryIndexes"]
    assert [(i["IndexName"], i["Projection"]["ProjectionType"]) for i in found] == [("feed", "ALL")]
    await database.stop()
    server.stop()


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://dynamodb.eu-west-1.amazonaws.com",
        "http://DYNAMODB.eu-west-1.AmazonAWS.com.:80/",
        "https://dynamodb.cn-north-1.amazonaws.com.cn",
        "https://dynamodb.eu-west-1.api.aws",
        "ftp://127.0.0.1:21",
        "127.0.0.1:4567",
        "http://",
        "http://127.0.0.1:port",
        "",
    ],
)
def test_an_endpoint_that_is_aws_or_not_a_url_is_an_error(endpoint):
    with pytest.raises(DatabaseError) as caught:
        ExternalDatabase(endpoint)

    assert "\n" not in str(caught.value)


async def test_an_external_database_that_does_not_answer_is_named():
    database = ExternalDatabase(f"http://127.0.0.1:{free_port()}")

    with pytest.raises(DatabaseError, match="does not respond") as caught:
        await database.start()

    assert "\n" not in str(caught.value)
    await database.stop()


async def test_a_web_server_is_not_taken_for_a_database():
    async def hello(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
        writer.close()

    server = await asyncio.start_server(hello, "127.0.0.1", 0)
    database = ExternalDatabase(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")

    with pytest.raises(DatabaseError, match="not a response of DynamoDB"):
        await database.start()

    await database.stop()
    server.close()
    await server.wait_closed()
