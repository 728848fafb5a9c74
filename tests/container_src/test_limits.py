"""How much a client may send, how slowly, and what its headers cannot move."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterable

import pytest

from container_src import gunicorn_conf
from tests.container_src.conftest import Server, running
from tests.container_src.test_gunicorn import _post_head


def _send_slowly(connections: Iterable[socket.socket], stop: threading.Event) -> None:
    while not stop.wait(0.5):
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.send(b" ")


@pytest.mark.parametrize(
    ("access", "status"),
    [({}, 400), ({"OPEN_WRITES": "false", "WRITE_TOKEN_SHA256": "0" * 64}, 401)],
    ids=["accepted", "refused"],
)
def test_slow_bodies_give_their_threads_back(dynalite, table, access, status: int):
    stop = threading.Event()
    with running(dynalite.endpoint, table, **access) as server, contextlib.ExitStack() as stack:
        head = _post_head("Content-Length: 100000")
        slow = [stack.enter_context(server.socket(head)) for _ in range(gunicorn_conf.threads + 1)]
        sender = threading.Thread(target=_send_slowly, args=(slow[:5], stop))
        sender.start()
        try:
            assert server.ask("GET", "/")[0].status == 200
            answers = [connection.recv(13) for connection in slow[:-1]]
        finally:
            stop.set()
            sender.join()

        assert answers == [f"HTTP/1.1 {status} ".encode()] * gunicorn_conf.threads


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
