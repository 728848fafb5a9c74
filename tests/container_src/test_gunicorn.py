"""gunicorn over sockets: bodies, slow and malformed clients, shutdown, logs."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket

import pytest

from container_src import gunicorn_conf
from tests.container_src.conftest import Server, running

JSON = {"Content_Type": "application/json"}
BLOG = {"title": "t", "author": "a", "contents": "c" * 100_000}
SHORT_BLOG = {**BLOG, "contents": "c"}
TOO_MUCH = b"x" * (3 * 1024 * 1024)


def _pieces(content: bytes, size: int = 7000):
    return (content[start : start + size] for start in range(0, len(content), size))


def _post_head(*more: str) -> bytes:
    lines = ["POST /blog HTTP/1.1", "Host: x", "Content-Type: application/json", *more]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def test_chunked_body_is_complete(server: Server):
    content = json.dumps(BLOG).encode()
    made, response = server.request(
        "POST", "/blog", _pieces(content), **JSON, Transfer_Encoding="chunked"
    )
    path = f"/{made.headers['Location']}"
    changed, changes = server.request(
        "PUT", path, _pieces(content.replace(b"ccc", b"ddd")), **JSON, Transfer_Encoding="chunked"
    )

    assert (made.status, changed.status) == (201, 200)
    assert json.loads(response)["contents"] == BLOG["contents"]
    assert json.loads(changes)["contents"] == BLOG["contents"].replace("ccc", "ddd")


def test_chunked_body_over_the_limit_is_413(server: Server):
    response, content = server.request(
        "POST", "/blog", _pieces(TOO_MUCH), **JSON, Transfer_Encoding="chunked"
    )

    assert response.status == 413
    assert json.loads(content)["status"] == 413


@pytest.mark.parametrize(
    "coding", ["gzip, chunked", "identity, chunked", "gzip\r\nTransfer-Encoding: chunked", "gzip"]
)
def test_transfer_coding_other_than_chunked_is_400(server: Server, coding: str):
    body = json.dumps(SHORT_BLOG).encode()
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    with server.socket(_post_head(f"Transfer-Encoding: {coding}") + chunks) as connection:
        response = _response(connection)
        content = response.read()

        assert response.status == json.loads(content)["status"] == 400
        assert connection.recv(1) == b""


@pytest.mark.parametrize(
    ("header", "body"),
    [
        ("Transfer-Encoding: chunked", b"zz\r\nxx\r\n0\r\n\r\n"),
        ("Transfer-Encoding: chunked", b"5\r\nab"),
        ("Content-Length: 1000", json.dumps(SHORT_BLOG).encode()),
    ],
    ids=["malformed", "unfinished", "shorter"],
)
def test_incomplete_body_is_400(server: Server, header: str, body: bytes):
    with server.socket(_post_head(header) + body) as connection:
        connection.shutdown(socket.SHUT_WR)
        response = _response(connection)
        content = response.read()

    assert response.status == json.loads(content)["status"] == 400


@pytest.mark.parametrize("connection", ["keep-alive", "close"])
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("POST", "/blog", 413), ("POST", "/nope", 404), ("PATCH", "/blog", 405)],
)
def test_client_can_always_read_the_rejection_of_a_large_body(
    server: Server, connection, method, path, status
):
    for _ in range(20):
        response, content = server.request(method, path, TOO_MUCH, **JSON, Connection=connection)

        assert response.status == status
        assert response.headers["Content-Type"] == "application/problem+json"
        assert json.loads(content)["status"] == status


def test_connection_is_usable_after_a_rejected_body(server: Server):
    connection = server.connect()
    for _ in range(3):
        connection.request("POST", "/blog", TOO_MUCH, {"Content-Type": "application/json"})
        refused = connection.getresponse()
        refused.read()
        connection.request("GET", "/")
        health = connection.getresponse()
        health.read()

        assert (refused.status, health.status) == (413, 200)
    connection.close()


def test_client_that_waits_for_100_continue_gets_413(server: Server):
    head = _post_head("Expect: 100-continue", f"Content-Length: {len(TOO_MUCH)}")
    with server.socket(head) as connection, connection.makefile("rb") as responses:
        assert responses.readline().startswith(b"HTTP/1.1 100 ")
        responses.readline()
        connection.sendall(TOO_MUCH)

        assert responses.readline().startswith(b"HTTP/1.1 413 ")


def test_idle_connections_hold_no_threads(server: Server):
    """A load balancer keeps connections open for its next requests."""
    with contextlib.ExitStack() as stack:
        idle = [
            stack.enter_context(contextlib.closing(server.connect()))
            for _ in range(gunicorn_conf.threads + 5)
        ]
        assert [_request_again(connection) for connection in idle] == ["keep-alive"] * len(idle)

        assert server.request("GET", "/")[0].status == 200
        assert [_request_again(connection) for connection in idle] == ["keep-alive"] * len(idle)


def test_silent_connections_give_their_threads_back(server: Server):
    with contextlib.ExitStack() as stack:
        for _ in range(gunicorn_conf.threads + 5):
            stack.enter_context(server.socket())

        assert server.request("GET", "/")[0].status == 200


def test_pipelined_requests_all_get_responses(server: Server):
    request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    last = request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    with server.socket(request * 3 + last) as connection, connection.makefile("rb") as responses:
        assert responses.read().count(b"HTTP/1.1 200 ") == 4


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense", 400),
        (b"GET / HTTP/1.1\r\nA B: c", 400),
        (b"GET / HTTP/9", 400),
        (b"GET /" + b"x" * 9000 + b" HTTP/1.1", 414),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 17_000, 431),
    ],
    ids=["line", "field", "version", "target", "fields"],
)
def test_malformed_request_gets_problem_details(server: Server, sent: bytes, status: int):
    with server.socket(sent + b"\r\n\r\n") as connection:
        response = _response(connection)
        content = response.read()

    assert response.status == json.loads(content)["status"] == status
    assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path", ["//blog", "/blog/", "/blog/%FF", "/blog/a%2Fb", "/%3Cscript%3E", "/blog/%00"]
)
def test_unusual_paths_are_404_and_never_redirects(server: Server, path: str):
    response, content = server.request("GET", path)

    assert response.status == 404
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["X-Served-By"] == "containers/01234567"
    assert json.loads(content)["status"] == 404


def test_repeated_condition_header_is_one_list(server: Server):
    made, _ = server.request("POST", "/blog", json.dumps(BLOG), **JSON)
    connection = server.connect()
    connection.putrequest("GET", f"/{made.headers['Location']}")
    connection.putheader("If-None-Match", '"nope"')
    connection.putheader("If-None-Match", made.headers["ETag"])
    connection.endheaders()
    response = connection.getresponse()
    connection.close()

    assert response.status == 304
    assert response.headers["ETag"] == made.headers["ETag"]


def test_repeated_content_type_is_400(server: Server):
    connection = server.connect()
    connection.putrequest("POST", "/blog")
    for name, value in [("Type", "text/plain"), ("Type", "application/json"), ("Length", "2")]:
        connection.putheader(f"Content-{name}", value)
    connection.endheaders(b"{}")
    response = connection.getresponse()
    connection.close()

    assert response.status == 400


def test_head_has_the_length_of_get_and_no_body(server: Server):
    head, nothing = server.request("HEAD", "/")
    get, content = server.request("GET", "/")

    assert nothing == b""
    assert head.headers["Content-Length"] == get.headers["Content-Length"] == str(len(content))


def test_every_log_line_is_json(server: Server):
    trace = "Root=1-67891233-abcdef012345678912345678;Self=x"
    server.request("GET", "/odd%0A%22%7D%1B%5B31m%FF", X_Amzn_Trace_Id=trace)
    line = server.wait_for_log("/odd")
    server.request("GET", "/other", X_Amzn_Trace_Id='Root="}\\n')
    made = server.wait_for_log("/other")

    assert line["request_id"] == "1-67891233-abcdef012345678912345678"
    assert (line["method"], line["status"]) == ("GET", 404)
    assert line["path"].startswith('/odd\n"}\x1b[31m')
    assert line["milliseconds"] >= 0
    assert len(made["request_id"]) == 36
    assert all(isinstance(json.loads(text), dict) for text in server.lines)


def _response(connection: socket.socket) -> http.client.HTTPResponse:
    response = http.client.HTTPResponse(connection)
    response.begin()
    return response


def _request_again(connection: http.client.HTTPConnection) -> str:
    connection.request("GET", "/")
    response = connection.getresponse()
    response.read()
    assert response.status == 200
    return response.headers["Connection"]


def test_requests_in_progress_finish_when_the_task_stops(own_server: Server):
    content = json.dumps(BLOG).encode()
    head = _post_head(f"Content-Length: {len(content)}")
    idle = own_server.connect()
    idle.request("GET", "/")
    idle.getresponse().read()
    with own_server.socket(head + content[:1000]) as connection:
        own_server.request("GET", "/")  # gunicorn has read the head above before this request
        silent = own_server.socket()
        own_server.process.terminate()
        while _request_again(idle) != "close":
            pass  # until the signal has reached the worker; every request must get a response
        connection.sendall(content[1000:])
        response = _response(connection)
        response.read()

        assert response.status == 201
    idle.close()
    with silent:
        assert own_server.process.wait(timeout=10) == 0


def test_starts_without_a_writable_tmpdir(dynalite, table):
    with running(dynalite.endpoint, table, TMPDIR="/proc") as server:
        assert server.request("GET", "/")[0].status == 200
        assert server.stop() == 0


@pytest.mark.parametrize(
    ("variables", "word"),
    [({"OPEN_WRITES": "maybe"}, "OPEN_WRITES"), ({"CORS_ORIGINS": ""}, "CORS_ORIGINS")],
)
def test_invalid_setting_stops_it_and_is_logged(dynalite, table, variables, word: str):
    with running(dynalite.endpoint, table, **variables) as server:
        line = server.wait_for_log(word)

        assert server.process.wait(timeout=20) != 0
        assert line["level"] == "ERROR"
