"""Limits on headers and on slow bodies, and headers that must have no effect."""

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
            assert server.request("GET", "/")[0].status == 200
            responses = [connection.recv(13) for connection in slow[:-1]]
        finally:
            stop.set()
            sender.join()

        assert responses == [f"HTTP/1.1 {status} ".encode()] * gunicorn_conf.threads


def test_rest_of_a_slow_body_is_not_served_as_a_request(dynalite, table):
    inner = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    access = {"OPEN_WRITES": "false", "WRITE_TOKEN_SHA256": "0" * 64}
    with running(dynalite.endpoint, table, **access) as server:
        # Short enough that gunicorn takes it for read after one attempt that ends early.
        with server.socket(_post_head("Content-Length: 60000")) as connection:
            received = _send_until_closed(connection, [inner] * (60_000 // len(inner)))
        log = server.request("GET", "/after")[0] and server.wait_for_log("/after") and server.lines

    assert received.count(b"HTTP/1.1 ") == 1
    assert received.startswith(b"HTTP/1.1 401 ")
    assert b"\r\nConnection: close\r\n" in received
    assert not [line for line in log if '"path": "/"' in line]


def _send_until_closed(connection: socket.socket, pieces: Iterable[bytes]) -> bytes:
    """Send *pieces*; return what was received until the server closed the connection."""
    received = bytearray()
    with contextlib.suppress(OSError):  # reset by the server, which reads no more
        for piece in pieces:
            connection.settimeout(20)
            connection.sendall(piece)
            connection.settimeout(0.001)
            with contextlib.suppress(TimeoutError):
                received += connection.recv(65536)
    connection.settimeout(20)
    with contextlib.suppress(ConnectionResetError):
        while news := connection.recv(65536):
            received += news
    return bytes(received)


def test_long_and_many_headers_are_accepted(server: Server):
    many = {f"X_{number}": "x" for number in range(110)}

    assert server.request("GET", "/", X="x" * 9000)[0].status == 200
    assert server.request("GET", "/", **many)[0].status == 200


@pytest.mark.parametrize(
    "line", ["SCRIPT_NAME: /x", "X-Forwarded-Ssl: on", "X-Forwarded-Proto: https"]
)
def test_no_header_changes_the_path_or_scheme(server: Server, line: str):
    lines = f"GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-Protocol: http\r\n{line}\r\n\r\n"
    with server.socket(lines.encode()) as connection:
        assert connection.recv(15).startswith(b"HTTP/1.1 200 ")
