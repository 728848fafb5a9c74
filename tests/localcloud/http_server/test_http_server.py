"""What both local fronts get from their HTTP server, shown with a small application."""

import asyncio
import logging
import socket
import struct

import pytest

from localcloud.http_server import BodyTooLarge, HttpError, HttpServer, Response, Timeouts

GET = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
EXPECT = b"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
BODY_LIMIT = 1_000_000


def whole(status, body, *headers):
    return Response(status, b"", [*headers, (b"Content-Length", b"%d" % len(body))], body)


class Echo:
    """Sends back the method, the target and the body of each request."""

    def __init__(self):
        self.connections = 0
        self.requests = []
        self.entered = asyncio.Event()
        self.leave = asyncio.Event()
        self.leave.set()
        self.error = None
        self.headers = ()

    def on_connect(self):
        self.connections += 1

    async def respond(self, connection, request):
        self.requests.append(request.method + b" " + connection.target)
        try:
            body = await connection.read_body(request, BODY_LIMIT)
        except BodyTooLarge as error:
            raise HttpError(413) from error
        self.entered.set()
        await self.leave.wait()
        if self.error:
            raise self.error
        lines = b" ".join([request.method, connection.target, body])
        await connection.respond(whole(200, lines, *self.headers))

    def error_response(self, status):
        return whole(status, b"error %d" % status)


class Client:
    """Sends bytes and returns bytes."""

    def __init__(self, reader, writer):
        self.reader = reader
        self.writer = writer

    def send(self, data):
        self.writer.write(data)

    async def ask(self, data):
        self.send(data)
        return await self.response()

    async def response(self, *, has_body=True):
        """Return the status and the body of the next response."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        status = int(head.split()[1])
        lines = head.lower().split(b"\r\n")
        lengths = [int(line[15:]) for line in lines if line.startswith(b"content-length:")]
        length = sum(lengths) if has_body else 0
        return status, await self.reader.readexactly(length)


@pytest.fixture
def echo():
    return Echo()


@pytest.fixture
async def server(echo):
    made = HttpServer(echo, Timeouts(idle_s=60, request_s=60))
    made.port = await made.start(0)
    yield made
    await made.stop(grace_s=0.1)


@pytest.fixture
async def connect(server):
    clients = []

    async def make():
        clients.append(Client(*await asyncio.open_connection("127.0.0.1", server.port)))
        return clients[-1]

    yield make
    for client in clients:
        client.writer.close()


@pytest.fixture
async def client(connect):
    return await connect()


async def test_connection_serves_one_request_after_the_other(client, echo):
    assert [await client.ask(GET) for _ in range(3)] == [(200, b"GET / ")] * 3
    assert echo.connections == 1


async def test_pipelined_requests_are_answered_in_order(client):
    post = b"POST /%d HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n%d"
    client.send(b"".join(post % (n, n) for n in range(5)))

    assert [await client.response() for _ in range(5)] == [
        (200, b"POST /%d %d" % (n, n)) for n in range(5)
    ]


async def test_request_may_arrive_byte_by_byte(client):
    for byte in b"\r\n" + CHUNKED + b"3\r\nabc\r\n0\r\n\r\n":
        client.send(bytes([byte]))
        await asyncio.sleep(0)

    assert await client.response() == (200, b"POST / abc")


@pytest.mark.parametrize("target", ["/é?ü=ö", "/\xff", "/€/%C3%A9"])
async def test_target_outside_ascii_arrives_as_it_was_sent(client, target):
    sent = target.encode("latin-1" if "\xff" in target else "utf-8")
    request = b"GET " + sent + b" HTTP/1.1\r\nHost: h\r\n\r\n"

    assert await client.ask(request + request) == (200, b"GET " + sent + b" ")
    assert await client.response() == (200, b"GET " + sent + b" ")


@pytest.mark.parametrize(
    "request_",
    [
        b"\x16\x03\x01\x02\x00\x01",  # the beginning of a TLS handshake, which has no line end
        b"nonsense\r\n\r\n",
        b"G\xc3\xa9T / HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET /\xc3\xa9\x00 HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nX: a\x00b\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET /" + b"x" * 70_000,
        b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"x" * 70_000,
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
    ],
)
async def test_malformed_request_is_400_and_closes_the_connection(client, request_, caplog):
    assert await client.ask(request_) == (400, b"error 400")
    assert await client.reader.read() == b""
    assert caplog.records == []


async def test_malformed_request_after_head_gets_a_body(client):
    client.send(b"HEAD / HTTP/1.1\r\nHost: h\r\n\r\nnonsense\r\n\r\n")

    assert await client.response(has_body=False) == (200, b"")
    assert await client.response() == (400, b"error 400")


@pytest.mark.parametrize("begun", [b"GET /", b"GET / HTTP/1.1\r\nHo", CHUNKED + b"3\r\nab"])
async def test_request_that_stops_arriving_is_408(server, connect, begun):
    server.timeouts = Timeouts(idle_s=60, request_s=0.2)
    client = await connect()

    assert await client.ask(begun) == (408, b"error 408")
    assert await client.reader.read() == b""


async def test_idle_connection_is_closed_without_a_response(server, connect):
    server.timeouts = Timeouts(idle_s=0.2, request_s=60)
    client = await connect()

    assert await client.ask(GET) == (200, b"GET / ")
    assert await client.reader.read() == b""


async def test_half_closed_connection_gets_its_response(client):
    client.send(GET)
    client.writer.write_eof()

    assert await client.response() == (200, b"GET / ")
    assert await client.reader.read() == b""


@pytest.mark.parametrize("begun", [b"GET /", b"GET / HTTP/1.1\r\nHo", CHUNKED + b"3\r\nab"])
async def test_incomplete_request_is_400(client, begun):
    client.send(begun)
    client.writer.write_eof()

    assert await client.response() == (400, b"error 400")


async def test_client_that_resets_its_connection_does_no_harm(server, client, caplog):
    for data in (b"", b"GET /", GET, CHUNKED + b"3\r\nab", EXPECT % 5):
        with socket.create_connection(("127.0.0.1", server.port)) as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            other.sendall(data)

    assert await client.ask(GET) == (200, b"GET / ")
    assert caplog.records == []


@pytest.mark.parametrize(
    "body", [b"zz\r\nabc\r\n", b"-3\r\nabc\r\n", b"3\r\nabcd\r\n0\r\n\r\n", b"9" * 21 + b"\r\n"]
)
async def test_malformed_chunk_is_400(client, body):
    assert await client.ask(CHUNKED + body) == (400, b"error 400")
    assert await client.reader.read() == b""


async def test_too_large_body_is_read_to_its_end(client):
    body = b"x" * 5_000_000
    client.send(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    await client.writer.drain()

    assert await client.response() == (413, b"error 413")
    assert await client.ask(GET) == (200, b"GET / ")


async def test_100_continue_is_sent_only_for_an_acceptable_body(connect):
    client = await connect()
    assert await client.ask(EXPECT % 3) == (100, b"")
    assert await client.ask(b"abc") == (200, b"POST / abc")
    assert await client.ask(EXPECT % (BODY_LIMIT + 1)) == (413, b"error 413")
    assert await client.reader.read() == b""


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
        b"CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n",
    ],
)
async def test_connection_close_is_announced(client, request_):
    client.send(request_)

    received = await client.reader.read()

    assert received.startswith(b"HTTP/1.1 200 ")
    assert b"\r\nConnection: close\r\n" in received


async def test_line_break_in_a_header_is_never_sent(client, echo, caplog):
    echo.headers = [(b"X", b"a\r\nSet-Cookie: b")]
    with caplog.at_level(logging.ERROR):
        assert await client.ask(GET) == (500, b"error 500")

    assert [record.exc_info[0] for record in caplog.records] == [ValueError]


async def test_unexpected_error_is_500_and_logged(client, echo, caplog):
    echo.error = RuntimeError("a defect")
    with caplog.at_level(logging.ERROR):
        assert await client.ask(GET) == (500, b"error 500")

    assert [record.exc_info[0] for record in caplog.records] == [RuntimeError]
    echo.error = None
    assert await client.ask(GET) == (200, b"GET / ")


async def test_stop_finishes_requests_and_closes_idle_connections(server, connect, echo):
    idle, busy = await connect(), await connect()
    assert await idle.ask(GET) == (200, b"GET / ")
    echo.entered.clear()
    echo.leave.clear()
    busy.send(GET)
    await echo.entered.wait()

    stopping = asyncio.create_task(server.stop(grace_s=60))
    assert await idle.reader.read() == b""
    with pytest.raises(ConnectionRefusedError):
        await connect()
    echo.leave.set()

    received = await busy.reader.read()
    assert b"Connection: close" in received
    assert received.endswith(b"GET / ")
    busy.writer.close()
    await stopping


async def test_stop_serves_a_request_that_was_sent_before_it(server, client):
    assert await client.ask(GET) == (200, b"GET / ")
    client.send(GET)

    stopping = asyncio.create_task(server.stop(grace_s=60))

    assert (await client.reader.read()).endswith(b"GET / ")
    client.writer.close()
    await stopping


@pytest.mark.parametrize("begun", [b"", b"GET /", b"GET / HTTP/1.1\r\nHo"])
async def test_stop_does_not_wait_for_an_incomplete_head(server, client, begun):
    assert await client.ask(GET) == (200, b"GET / ")
    client.send(begun)

    async with asyncio.timeout(20):
        await server.stop(grace_s=60)

    assert await client.reader.read() == b""


async def test_stop_cuts_off_a_request_after_the_grace_period(server, client, echo):
    echo.leave.clear()
    client.send(GET)
    await echo.entered.wait()

    async with asyncio.timeout(20):
        await server.stop(grace_s=0.1)

    assert await client.reader.read() == b""


async def test_stop_does_not_wait_for_a_client_that_never_reads(server, client, echo):
    echo.headers = [(b"X", b"x" * 50_000_000)]
    client.writer.transport.pause_reading()
    client.send(GET)
    await echo.entered.wait()
    await asyncio.sleep(0.05)

    async with asyncio.timeout(20):
        await server.stop(grace_s=0.1)


async def test_stopped_server_can_start_again(server, connect):
    await server.stop(grace_s=1)
    server.port = await server.start(server.port)
    client = await connect()

    assert [await client.ask(GET) for _ in range(2)] == [(200, b"GET / ")] * 2


async def test_port_in_use_is_an_error(server, echo):
    with pytest.raises(OSError, match=r"^\[Errno \d+\] Address already in use$"):
        await HttpServer(echo, Timeouts(1, 1)).start(server.port)
