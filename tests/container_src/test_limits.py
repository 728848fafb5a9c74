"""How much a client may send, how slowly, and what its headers cannot move."""

from __future__ import annotations

import contextlib

import pytest

from container_src import gunicorn_conf, receiving
from tests.container_src.conftest import Server, running
from tests.container_src.test_gunicorn import _health_seconds, _post_head


def test_clients_with_slow_bodies_keep_nobody_waiting_for_long(dynalite, table):
    closed = {"OPEN_WRITES": "false", "WRITE_TOKEN_SHA256": "0" * 64}
    with running(dynalite.endpoint, table, **closed) as server, contextlib.ExitStack() as stack:
        head = _post_head("Content-Length: 100000")
        slow = [stack.enter_context(server.socket(head)) for _ in range(gunicorn_conf.threads + 1)]

        assert _health_seconds(server) < receiving.BODY_SECONDS
        assert all(connection.recv(15).startswith(b"HTTP/1.1 401 ") for connection in slow)


def test_long_and_many_headers_are_served(server: Server):
    many = {f"X_{number}": "x" for number in range(110)}

    assert server.ask("GET", "/", X="x" * 9000)[0].status == 200
    assert server.ask("GET", "/", **many)[0].status == 200


@pytest.mark.parametrize(
    "line", ["SCRIPT_NAME: /x", "X-Forwarded-Ssl: on", "X-Forwarded-Proto: https"]
)
def test_no_header_moves_the_application(server: Server, line: str):
    lines = f"GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-Protocol: http\r\n{line}\r\n\r\n"
    with server.socket(lines.encode()) as connection:
        assert connection.recv(15).startswith(b"HTTP/1.1 200 ")
