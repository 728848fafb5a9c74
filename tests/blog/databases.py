"""Databases for tests: moto and dynalite on loopback, with the table that the program declares."""

from __future__ import annotations

import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from botocore.session import Session
from moto.server import ThreadedMotoServer

from blog import database, schema
from localcloud.ports import free_port
from localcloud.runtimes.database import find_node

PROJECT = Path(__file__).parents[2]
_DYNALITE = PROJECT / "node_modules" / "dynalite" / "cli.js"


def environment(endpoint: str) -> dict[str, str]:
    """Return the environment variables for a database: fake keys, one endpoint."""
    return {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_CONFIG_FILE": "/nonexistent",
        "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL_DYNAMODB": endpoint,
        "NO_PROXY": "*",
    }


@dataclass(frozen=True)
class Database:
    """A running database."""

    endpoint: str

    def client(self, connections=8):
        """Connect as the backends do, through the environment."""
        with self._environment():
            return database.connect(connections)

    @contextmanager
    def _environment(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            for name in (
                "AWS_PROFILE",
                "AWS_DEFAULT_PROFILE",
                "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
            ):
                patch.delenv(name, raising=False)
            for name, value in environment(self.endpoint).items():
                patch.setenv(name, value)
            yield

    def new_table(self) -> str:
        """Create an empty table."""
        name = f"blogs-{uuid.uuid4().hex}"
        # Not with the timeouts of the backends: moto imports its emulation at the first request.
        with self._environment():
            client = Session().create_client("dynamodb")
        client.create_table(TableName=name, **declaration())
        client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
        client.close()
        return name


def declaration():
    """Return the declaration of the table: key, feed index, projection."""
    feed = [(schema.FEED_PARTITION, "HASH"), (schema.FEED_POSITION, "RANGE")]
    return {
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": schema.TABLE_KEY, "KeyType": "HASH"}],
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": "S"}
            for name in (schema.TABLE_KEY, *(name for name, _ in feed))
        ],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": schema.FEED_INDEX,
                "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in feed],
                "Projection": {
                    "ProjectionType": "INCLUDE",
                    "NonKeyAttributes": list(schema.NON_KEY_ATTRIBUTES),
                },
            }
        ],
    }


@contextmanager
def running_moto() -> Iterator[Database]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield Database(f"http://{host}:{port}")
    finally:
        server.stop()


@contextmanager
def running_dynalite(folder: Path) -> Iterator[Database]:
    port = free_port()
    options = {"host": "127.0.0.1", "port": port, "createTableMs": 0, "path": folder}
    flags = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    process = subprocess.Popen([find_node(), _DYNALITE, *flags], stdout=subprocess.DEVNULL)
    try:
        wait_for_port(port)
        yield Database(f"http://127.0.0.1:{port}")
    finally:
        process.kill()
        process.wait()


def wait_for_port(port: int, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


@pytest.fixture(scope="session")
def moto() -> Iterator[Database]:
    with running_moto() as running:
        yield running


@pytest.fixture(scope="session")
def dynalite(tmp_path_factory) -> Iterator[Database]:
    with running_dynalite(tmp_path_factory.mktemp("dynalite")) as running:
        yield running


@pytest.fixture(scope="session", params=["moto", "dynalite"])
def any_database(request) -> Database:
    """Both databases, one after the other."""
    return request.getfixturevalue(request.param)
