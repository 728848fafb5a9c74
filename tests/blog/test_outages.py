"""A database that is busy, rejects calls, does not respond, or denies access."""

from __future__ import annotations

import contextlib
import contextvars
import math
import socket
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from blog import database, timing
from blog.errors import Unavailable, UnknownBlog
from blog.store import Store
from tests.blog.clients import Around, Faults
from tests.blog.databases import Database, free_port
from tests.blog.stores import make_blog


@pytest.fixture
def retries_at_any_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retry also if the first attempt took long on a busy machine."""
    monkeypatch.setattr("blog.database._RETRY_UNTIL_SECONDS", math.inf)


@pytest.mark.usefixtures("retries_at_any_time")
@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ThrottlingException", 400),
        ("ProvisionedThroughputExceededException", 400),
        ("RequestLimitExceeded", 400),
        ("InternalServerError", 500),
        ("Anything", 503),
    ],
)
def test_transient_error_is_retried_and_a_lasting_one_is_503(client, table, code: str, status: int):
    Store(Around(client, Faults(code, status=status, count=2)), table).create(make_blog("a"))
    lasting = Faults(code, status=status)
    with pytest.raises(Unavailable):
        Store(Around(client, lasting), table).get("a")

    assert lasting.calls == 3


@pytest.mark.parametrize(
    "code", ["AccessDeniedException", "ValidationException", "ResourceNotFoundException"]
)
def test_permanent_error_is_neither_retried_nor_503(client, table, code: str):
    lasting = Faults(code)
    with pytest.raises(ClientError):
        Store(Around(client, lasting), table).get("a")

    assert lasting.calls == 1


def _read_until_unavailable(port: int) -> None:
    with pytest.raises(Unavailable):
        Store(Database(f"http://127.0.0.1:{port}").client(), "blogs").get("a")


def test_refused_connection_is_503():
    _read_until_unavailable(free_port())


def test_database_that_does_not_respond_is_called_once():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        _read_until_unavailable(silent.getsockname()[1])

        silent.accept()[0].close()
        silent.settimeout(0)
        with pytest.raises(BlockingIOError):
            silent.accept()


def test_database_that_closes_connections_is_called_at_most_three_times():
    calls = 0
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def hang_up():
            nonlocal calls
            with contextlib.suppress(OSError):
                while True:
                    server.accept()[0].close()
                    calls += 1

        thread = threading.Thread(target=hang_up, daemon=True)
        thread.start()

        _read_until_unavailable(port)

    assert 1 <= calls <= 3


def test_last_call_ends_within_the_time_limit_of_a_request(dynalite: Database):
    config = dynalite.client().meta.config
    back_off = database._BACKOFF_SECONDS * 2**database._ATTEMPTS  # noqa: SLF001 - its parts
    last_start = database._RETRY_UNTIL_SECONDS + back_off  # noqa: SLF001 - same

    assert last_start + config.connect_timeout + config.read_timeout < timing.REQUEST_SECONDS


ITEM = b'{"Item": {"id": {"S": "a"}, "version": {"S": "1"}}}'
WHOLE = str(zlib.crc32(ITEM))


def _http(body: bytes, checksum: str | None, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
    if checksum is not None:
        lines.append(f"x-amz-crc32: {checksum}")
    return "\r\n".join([*lines, "", ""]).encode() + body


@contextmanager
def _scripted_database(*responses: bytes) -> Iterator[tuple[Store, list[bytes]]]:
    """Yield a store, and the requests that its database answered with *responses*, in turn."""
    requests: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for response in responses:
                with server.accept()[0] as connection:
                    requests.append(connection.recv(64 * 1024))
                    connection.sendall(response)

        threading.Thread(target=serve, daemon=True).start()
        yield Store(Database(f"http://127.0.0.1:{server.getsockname()[1]}").client(), "t"), requests


@pytest.mark.usefixtures("retries_at_any_time")
@pytest.mark.parametrize(
    "damaged",
    [
        _http(ITEM, "1"),
        _http(ITEM[:-1], WHOLE),
        _http(ITEM[:-1], None),
        _http(b"", WHOLE),
        _http(b"", None),
        _http(b"[]", None),
        _http(b"<html>", None, "400 Bad Request"),
        _http(ITEM, WHOLE)[:-1],
    ],
)
def test_damaged_response_is_retried_and_a_lasting_one_is_503(damaged: bytes):
    with _scripted_database(damaged, damaged, _http(ITEM, WHOLE)) as (store, requests):
        assert store.get("a").id == "a"
        assert len(requests) == 3
    with _scripted_database(damaged, damaged, damaged) as (store, requests):
        with pytest.raises(Unavailable):
            store.get("a")
        assert len(requests) == 3


def test_item_that_does_not_exist_is_not_a_damaged_response():
    with _scripted_database(_http(b"{}", str(zlib.crc32(b"{}")))) as (store, requests):
        with pytest.raises(UnknownBlog):
            store.get("a")
        assert len(requests) == 1


def test_client_keeps_the_configured_number_of_connections(dynalite: Database):
    config = dynalite.client(connections=3).meta.config

    assert config.max_pool_connections == 3


def test_request_past_its_deadline_calls_the_database_no_more(monkeypatch):
    asked: list[int] = []
    monkeypatch.setattr(timing, "REQUEST_SECONDS", 0)
    context = contextvars.copy_context()
    context.run(timing.start_request)

    with pytest.raises(Unavailable):
        context.run(database.call, lambda: asked.append(1))
    with pytest.raises(Unavailable):
        context.run(database.back_off, 1)
    assert asked == []


def test_request_has_the_whole_time_limit_at_its_start(monkeypatch):
    monkeypatch.setattr(timing, "time", SimpleNamespace(monotonic=lambda: 1000.0))
    context = contextvars.copy_context()
    context.run(timing.start_request)

    assert context.run(timing.seconds_left) == timing.REQUEST_SECONDS
