"""What clients get when something fails, and how targets and the listener stop."""

import asyncio
import contextlib
import socket

import pytest

from localcloud.runtimes.balancer import Balancer, BalancerError, FixedResponse, Forward
from tests.localcloud.balancer.conftest import Client, free_port, ok, read_body, respond_ok

GET = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody"


def page(title):
    return (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n"
        f"<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
    ).encode()


async def test_without_a_target_the_response_is_503_as_from_aws(client):
    status, headers, body = await client.request(GET)

    assert status == "HTTP/1.1 503 Service Temporarily Unavailable"
    assert [name for name, _ in headers] == ["Server", "Date", "Content-Type", "Content-Length"]
    assert dict(headers)["Server"] == "awselb/2.0"
    assert dict(headers)["Content-Type"] == "text/html"
    assert dict(headers)["Content-Length"] == "162"
    assert body == page("503 Service Temporarily Unavailable")


async def test_connection_is_kept_after_an_error_page(client, add_target):
    assert "503" in (await client.request(GET))[0]
    assert "503" in (await client.request(b"HEAD / HTTP/1.1\r\nHost: h\r\n\r\n", body=False))[0]
    await add_target()

    assert (await client.request(GET))[0] == "HTTP/1.1 200 OK"


async def test_client_can_read_the_error_page_while_it_sends(client):
    body = b"x" * 3_000_000
    head = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % len(body)

    status, headers, _ = await client.request(head + body)

    assert "503" in status
    assert ("Connection", "close") in headers


@pytest.mark.parametrize("request_", [GET, POST], ids=["GET", "POST"])
async def test_refused_connection_is_502(client, group, request_):
    group.register("task", "127.0.0.1", free_port())

    status, headers, body = await client.request(request_)

    assert status == "HTTP/1.1 502 Bad Gateway"
    assert dict(headers)["Content-Length"] == "122"
    assert body == page("502 Bad Gateway")


async def hang_up(target, request, reader, writer):
    writer.close()


async def reset(target, request, reader, writer):
    writer.transport.abort()


async def nonsense(target, request, reader, writer):
    writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")


@pytest.mark.parametrize("respond", [hang_up, reset, nonsense])
@pytest.mark.parametrize("request_", [GET, POST], ids=["GET", "POST"])
async def test_missing_or_malformed_response_is_502_without_a_retry(
    client, add_target, respond, request_
):
    target = await add_target(respond)

    assert (await client.request(request_))[0] == "HTTP/1.1 502 Bad Gateway"

    assert len(target.requests) == 1


@pytest.mark.parametrize("request_", [GET, POST], ids=["GET", "POST"])
async def test_silent_target_is_504(client, add_target, balancer, group, request_):
    async def silent(target, request, reader, writer):
        await reader.read()

    balancer.configure(Forward(group), idle_timeout_s=0.3)
    await add_target(silent)

    status, headers, body = await client.request(request_)

    assert status == "HTTP/1.1 504 Gateway Time-out"
    assert dict(headers)["Content-Length"] == "132"
    assert body == page("504 Gateway Time-out")


async def test_incomplete_response_is_incomplete_for_the_client(client, add_target):
    async def cut(target, request, reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        await writer.drain()
        writer.close()

    await add_target(cut)

    with pytest.raises(asyncio.IncompleteReadError) as caught:
        await client.request(GET)

    assert caught.value.partial == b"half"


async def close_after(target, request, reader, writer):
    """Respond as if the connection stayed open, and close it."""
    if b"content-length" in dict(request.headers):
        await read_body(target, request, reader)
    writer.write(ok())
    await writer.drain()
    writer.close()


async def test_connection_that_the_target_closed_is_not_reused(client, add_target):
    target = await add_target(close_after)

    for request in [GET, POST] * 20:
        assert (await client.request(request))[0] == "HTTP/1.1 200 OK"

    assert len(target.requests) == 40


async def test_safe_request_is_retried_if_a_kept_connection_closes(client, add_target):
    async def close_on_sight(target, request, reader, writer):
        """Reset the connection when a second request comes on it."""
        writer.write(ok())
        await writer.drain()
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.abort()

    target = await add_target(close_on_sight)

    for _ in range(5):
        assert (await client.request(GET))[0] == "HTTP/1.1 200 OK"
    assert target.connections == 5


async def test_target_connections_are_reused_for_safe_requests_only(client, add_target):
    async def respond(target, request, reader, writer):
        if b"content-length" in dict(request.headers):
            await read_body(target, request, reader)
        writer.write(ok())

    target = await add_target(respond)

    for _ in range(5):
        await client.request(GET)
    assert target.connections == 1
    for request in [POST, b"DELETE / HTTP/1.1\r\nHost: h\r\n\r\n"]:
        await client.request(request)
    assert target.connections == 3


async def test_unsolicited_response_of_a_target_is_ignored(client, add_target):
    sent = asyncio.Event()

    async def bored(target, request, reader, writer):
        writer.write(ok(b"requested"))
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.write(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        sent.set()

    await add_target(bored)
    await client.request(GET)
    await sent.wait()

    assert (await client.request(GET))[2] == b"requested"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"nonsense\r\n\r\n", "400 Bad Request"),
        (b"GET / HTTP/1.1\r\n\r\n", "400 Bad Request"),
        (b"GET /\xc3\xa9 HTTP/1.1\r\nHost: h\r\n\r\n", "400 Bad Request"),
        (b"GET / HTTP/1.1\r\nHost: h\r\nBad Name: x\r\n\r\n", "400 Bad Request"),
        (
            b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "400 Bad Request",
        ),
        (b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"x" * 70_000 + b"\r\n\r\n", "400 Bad Request"),
        (b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"x" * 17_000 + b"\r\n\r\n", "400 Bad Request"),
        (b"GET /" + b"x" * 17_000 + b" HTTP/1.1\r\nHost: h\r\n\r\n", "414 Request-URI Too Large"),
        (b"CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n", "400 Bad Request"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505 HTTP Version Not Supported"),
        (b"GET / HTTP/1.9\r\nHost: h\r\n\r\n", "505 HTTP Version Not Supported"),
        (b"TRACE / HTTP/1.1\r\nHost: h\r\n\r\n", "405 Not Allowed"),
        *(
            (
                b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: %s\r\n\r\n" % coding,
                "501 Not Implemented",
            )
            for coding in (b"gzip", b"identity", b"gzip, chunked", b"chunked, chunked", b"")
        ),
        (
            b"GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: " + b"1.1.1.1," * 31 + b"\r\n\r\n",
            "463 ",
        ),
    ],
)
async def test_request_that_alb_refuses_never_reaches_a_target(
    client, add_target, request_, status
):
    target = await add_target()

    assert (await client.request(request_))[0] == f"HTTP/1.1 {status}"

    assert target.requests == []


async def test_client_that_stops_sending_gets_408(client, add_target, balancer, group):
    async def wait(target, request, reader, writer):
        await reader.read()

    balancer.configure(Forward(group), idle_timeout_s=0.3)
    await add_target(wait)

    client.writer.write(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhalf")
    status, _, _ = await client.response()

    assert status == "HTTP/1.1 408 Request Time-out"


async def test_target_that_stops_reading_is_504(client, add_target, balancer, group):
    async def stuck(target, request, reader, writer):
        await asyncio.sleep(3)

    balancer.configure(Forward(group), idle_timeout_s=0.3)
    await add_target(stuck)
    body = b"x" * 20_000_000

    status, _, _ = await client.request(
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    )

    assert status == "HTTP/1.1 504 Gateway Time-out"


async def test_client_that_disconnects_frees_the_target(connect, add_target, group):
    gone = asyncio.Event()

    async def endless(target, request, reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            while True:
                writer.write(b"8000\r\n" + b"x" * 0x8000 + b"\r\n")
                await writer.drain()
        finally:
            gone.set()

    await add_target(endless)
    client = await connect()
    client.writer.write(GET)
    await client.reader.readexactly(100_000)

    client.writer.transport.abort()

    await gone.wait()
    await group.deregister(group.registered[0])


@pytest.mark.parametrize(
    ("framing", "begun", "passed_on"),
    [
        (b"Content-Length: 1000", b"half", b"half"),
        (b"Transfer-Encoding: chunked", b"4\r\nhalf\r\n", b"4\r\nhalf\r\n"),
    ],
)
async def test_body_of_a_client_that_disconnects_is_never_complete_for_the_target(
    connect, add_target, framing, begun, passed_on
):
    received = asyncio.get_running_loop().create_future()

    async def read(target, request, reader, writer):
        received.set_result(await reader.read())

    await add_target(read)
    client = await connect()
    client.writer.write(b"POST / HTTP/1.1\r\nHost: h\r\n" + framing + b"\r\n\r\n" + begun)
    await client.writer.drain()
    client.writer.close()

    assert await received == passed_on


async def test_silent_clients_do_not_block_others(connect, add_target):
    await add_target()
    for _ in range(50):
        await connect()
    trickling = await connect()
    trickling.writer.write(b"GET / HT")

    assert (await (await connect()).request(GET))[0] == "HTTP/1.1 200 OK"


async def test_fixed_response_is_sent_to_every_client(balancer, client):
    balancer.configure(FixedResponse(404, "application/json", '{"error": "nothing here"}'))

    status, headers, body = await client.request(POST)

    assert status.startswith("HTTP/1.1 404")
    assert ("Content-Type", "application/json") in headers
    assert body == b'{"error": "nothing here"}'


async def test_the_error_for_a_port_in_use_is_one_line():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(BalancerError, match=f"Port {port} .* in use") as caught:
            await Balancer(port).start()

    assert "\n" not in str(caught.value)


async def test_listener_binds_to_loopback_only(balancer):
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.2", balancer.port))  # free there, so not taken on all interfaces


async def test_stop_finishes_running_requests_and_frees_the_port(group, make_target):
    received, finish = asyncio.Event(), asyncio.Event()

    async def slow(target, request, reader, writer):
        received.set()
        await finish.wait()
        writer.write(ok(b"in the end"))

    target = await make_target(slow)
    group.register("task", "127.0.0.1", target.port)
    balancer = Balancer(free_port())
    balancer.configure(Forward(group))
    await balancer.start()
    idle, busy = await Client.to(balancer), await Client.to(balancer)
    response = asyncio.create_task(busy.request(GET))
    await received.wait()

    stopping = asyncio.create_task(balancer.stop())
    assert await idle.reader.read() == b""
    with pytest.raises(ConnectionRefusedError):
        await Client.to(balancer)
    finish.set()

    status, headers, body = await response
    assert (status, body) == ("HTTP/1.1 200 OK", b"in the end")
    assert ("Connection", "close") in headers
    await busy.close()
    await stopping
    again = Balancer(balancer.port)
    await again.start()
    await again.stop()
    await idle.close()


async def test_targets_take_turns(client, add_target):
    targets = [await add_target() for _ in range(3)]

    for _ in range(9):
        await client.request(GET)

    assert [len(target.requests) for target in targets] == [3, 3, 3]


async def test_least_outstanding_requests_chooses_the_least_busy_target(connect, add_target, group):
    finish = asyncio.Event()

    async def slow(target, request, reader, writer):
        await finish.wait()
        writer.write(ok())

    group.configure(deregistration_delay_s=5, algorithm="least_outstanding_requests")
    busy = await add_target(slow)
    other = await add_target()
    waiting = asyncio.create_task((await connect()).request(GET))
    while not busy.requests:
        await asyncio.sleep(0.01)
    client = await connect()

    for _ in range(4):
        await client.request(GET)

    assert (len(busy.requests), len(other.requests)) == (1, 4)
    finish.set()
    await waiting


async def test_deregistered_target_finishes_and_gets_nothing_new(connect, add_target, group):
    finish = asyncio.Event()

    async def slow(target, request, reader, writer):
        await finish.wait()
        writer.write(ok(b"slow"))

    leaving = await add_target(slow)
    waiting = asyncio.create_task((await connect()).request(GET))
    while not leaving.requests:
        await asyncio.sleep(0.01)

    gone = asyncio.create_task(group.deregister(group.registered[0]))
    await asyncio.sleep(0)
    assert group.registered == ()
    staying = await add_target(respond_ok)
    client = await connect()
    for _ in range(4):
        await client.request(GET)
    assert not gone.done()
    finish.set()

    assert (await waiting)[2] == b"slow"
    await gone
    assert (len(leaving.requests), len(staying.requests)) == (1, 4)


@pytest.mark.parametrize("request_", [GET, POST], ids=["GET", "POST"])
async def test_request_running_after_the_deregistration_delay_is_502(
    client, add_target, group, request_
):
    async def once(target, request, reader, writer):
        if len(target.requests) == 1:
            writer.write(ok())
        else:
            await reader.read()

    group.configure(deregistration_delay_s=0.1)
    target = await add_target(once)
    await client.request(GET)
    waiting = asyncio.create_task(client.request(request_))
    while len(target.requests) == 1:
        await asyncio.sleep(0.01)

    await group.deregister(group.registered[0])

    assert (await waiting)[0] == "HTTP/1.1 502 Bad Gateway"
    assert len(target.requests) == 2
