"""The time limits of reading and sending, on both ends of one connection."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

import flask
import pytest

from blog.http import Reply, Request
from container_src import gunicorn_conf, request_body
from container_src.app import create_app
from container_src.request_body import IncompleteBody, RequestBody


class Connection:
    """A TCP connection: the server's end, and the client's."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.client = socket.create_connection(listener.getsockname())
            self.server, _ = listener.accept()
        self._stream = self.server.makefile("rb")
        self._app = flask.Flask(__name__)

    def body(self, length: int) -> RequestBody:
        environ = {
            "wsgi.input": self._stream,
            "gunicorn.socket": self.server,
            "CONTENT_LENGTH": str(length),
        }
        context = self._app.test_request_context("/", method="POST", environ_overrides=environ)
        return RequestBody(context.request)

    def close(self) -> None:
        self._stream.close()
        self.server.close()
        self.client.close()


@pytest.fixture
def connection(monkeypatch) -> Iterator[Connection]:
    monkeypatch.setattr(request_body, "BODY_SECONDS", 0.5)
    made = Connection()
    yield made
    made.close()


def test_silent_body_reaches_the_time_limit(connection: Connection):
    with pytest.raises(IncompleteBody):
        connection.body(10).read(100)


def test_steadily_arriving_body_reaches_the_time_limit(connection: Connection):
    stop = threading.Event()

    def send() -> None:
        while not stop.wait(0.05):
            connection.client.send(b"x")

    sender = threading.Thread(target=send)
    sender.start()
    try:
        with pytest.raises(IncompleteBody):
            connection.body(10_000).read(20_000)
    finally:
        stop.set()
        sender.join()


def test_response_can_be_sent_after_the_time_limit(connection: Connection):
    with pytest.raises(IncompleteBody):
        connection.body(10).read(100)
    connection.server.sendall(b"400")

    assert connection.client.recv(10) == b"400"


def test_every_body_on_a_connection_has_its_own_time_limit(connection: Connection):
    for _ in range(3):
        connection.client.send(b"0123456789")
        assert connection.body(10).read(100) == b"0123456789"
    with pytest.raises(IncompleteBody):
        connection.body(10).read(100)


class GunicornRequest:
    closes = False

    def force_close(self) -> None:
        self.closes = True


@pytest.mark.parametrize(
    ("sent", "closes"),
    [(b"x" * 10, False), (b"x" * 9, True), (b"", True)],
    ids=["whole", "short", "nothing"],
)
@pytest.mark.parametrize("refused", [True, False], ids=["refused", "read"])
def test_unfinished_body_closes_its_connection(
    connection: Connection, sent: bytes, closes, refused
):
    request = GunicornRequest()
    gunicorn_conf.pre_request(None, request)
    connection.client.send(sent)
    body = connection.body(10)
    if not refused:
        with contextlib.suppress(IncompleteBody):
            body.read(100)
    body.discard()

    assert request.closes is closes


def test_body_over_the_limit_of_discard_closes_its_connection(connection, monkeypatch):
    monkeypatch.setattr(request_body, "_DISCARD_BYTES", 5)
    request = GunicornRequest()
    gunicorn_conf.pre_request(None, request)
    connection.client.send(b"x" * 100_000)
    connection.body(100_001).discard()

    assert request.closes


class Operations:
    """Replies without a look at the request."""

    def handle(self, request: Request) -> Reply:
        return Reply(status=200, body=b"x" * 200_000)


def test_send_has_a_timeout_and_large_responses_many_sends(connection: Connection):
    operations: Any = Operations()
    overrides = {"gunicorn.socket": connection.server}
    response = create_app(operations).test_client().get("/", environ_overrides=overrides)

    assert 1 < (connection.server.gettimeout() or 0) < 60
    assert len([*response.response]) > 1


@pytest.mark.parametrize(
    "environ",
    [
        {"PATH_INFO": ""},  # GET http://host HTTP/1.1
        {"HTTP_CONNECTION": "Upgrade", "HTTP_UPGRADE": "websocket"},
        {"HTTP_HOST": "a..b"},
    ],
)
def test_every_request_reaches_the_operations(environ):
    operations: Any = Operations()
    response = create_app(operations).test_client().get("/", environ_overrides=environ)

    assert response.status_code == 200
    assert len(response.data) == 200_000


def test_transfer_coding_of_an_unmatched_request_is_refused():
    operations: Any = Operations()
    coding = {"Transfer-Encoding": "gzip, chunked"}
    response = create_app(operations).test_client().open("/", method="UNKNOWN", headers=coding)

    assert response.status_code == 400


class BrokenOperations:
    """Fails, which no operation should."""

    def __init__(self) -> None:
        self.calls = 0

    def handle(self, request: Request) -> Reply:
        self.calls += 1
        raise LookupError("the cause")


def test_exception_that_leaves_the_adapter_is_one_log_line_and_a_500(caplog):
    operations: Any = BrokenOperations()
    response = create_app(operations).test_client().post("/blog", data=b"{}")

    assert response.status_code == 500
    assert response.content_type == "application/problem+json"
    assert "the cause" not in response.text
    assert operations.calls == 1
    (record,) = caplog.records
    assert record.message == "Unexpected error"
    assert "LookupError: the cause" in caplog.text
