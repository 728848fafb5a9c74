"""What reaches the target, and what the client gets from it."""

import asyncio
import re

import pytest

from tests.localcloud.balancer.conftest import ok, read_body, respond_ok


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "//blog//x",
        "/a/../b/./c",
        "/blog/%2F%2e%2E%00%ff",
        "/%c3%a9?%C3%A9=%2b+%20&&=&a=1&a=2",
        "/a?",
        "/?a=b?c#d",
        "/a;b=c,d:e@f!$'()*~[]{}|\\^`\"<>",
        "/" + "x" * 8000,
        "http://elsewhere.example/path",
        "*",
    ],
)
async def test_path_and_query_arrive_byte_for_byte(add_target, client, path):
    target = await add_target()

    status, _, _ = await client.request(f"OPTIONS {path} HTTP/1.1\r\nHost: h\r\n\r\n".encode())

    assert status == "HTTP/1.1 200 OK"
    assert target.heads[0].split(b"\r\n")[0] == f"OPTIONS {path} HTTP/1.1".encode()


async def test_headers_pass_unchanged_except_hop_by_hop_ones(add_target, client):
    async def respond(target, request, reader, writer):
        writer.write(
            b"HTTP/1.1 200 Fine by me\r\nX-ODD-case: \xe9 \xff\r\nset-COOKIE: a\r\n"
            b"Set-Cookie: b\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: 5\r\n"
            b"Content-Length: 2\r\n\r\nok"
        )

    target = await add_target(respond)

    status, headers, body = await client.request(
        b"GET / HTTP/1.1\r\nhOST: Some.Host:81\r\nX-Twice: 1\r\nx-twice: 2\r\nX-Latin: \xe9\r\n"
        b"Connection: X-Mine, keep-alive\r\nX-Mine: 1\r\nTE: trailers\r\nUpgrade: h2c\r\n\r\n"
    )

    sent = target.heads[0].split(b"\r\n")[1:-2]
    assert sent[:4] == [b"hOST: Some.Host:81", b"X-Twice: 1", b"x-twice: 2", b"X-Latin: \xe9"]
    assert [line.split(b":")[0] for line in sent[4:]] == [
        b"X-Forwarded-For",
        b"X-Forwarded-Proto",
        b"X-Forwarded-Port",
        b"X-Amzn-Trace-Id",
    ]
    assert status == "HTTP/1.1 200 Fine by me"
    assert headers == [
        ("X-ODD-case", "\xe9 \xff"),
        ("set-COOKIE", "a"),
        ("Set-Cookie", "b"),
        ("Content-Length", "2"),
    ]
    assert body == b"ok"


async def test_forwarded_headers_and_trace_id_are_added(add_target, client, balancer):
    target = await add_target()

    await client.request(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    await client.request(
        b"GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\n"
        b"X-Forwarded-Port: 443\r\nX-Amzn-Trace-Id: Root=1-67891233-abcdef012345678912345678;"
        b"CalledFrom=app\r\n\r\n"
    )

    first, second = (dict(request.headers) for request in target.requests)
    port = str(balancer.port).encode()
    assert first[b"x-forwarded-for"] == b"127.0.0.1"
    assert (first[b"x-forwarded-proto"], first[b"x-forwarded-port"]) == (b"http", port)
    assert re.fullmatch(rb"Root=1-[0-9a-f]{8}-[0-9a-f]{24}", first[b"x-amzn-trace-id"])
    assert second[b"x-forwarded-for"] == b"1.2.3.4, 127.0.0.1"
    assert (second[b"x-forwarded-proto"], second[b"x-forwarded-port"]) == (b"http", port)
    assert re.fullmatch(
        rb"Self=1-[0-9a-f]{8}-[0-9a-f]{24};Root=1-67891233-abcdef012345678912345678;CalledFrom=app",
        second[b"x-amzn-trace-id"],
    )


async def test_self_field_of_a_trace_id_is_replaced(add_target, client):
    target = await add_target()

    await client.request(
        b"GET / HTTP/1.1\r\nHost: h\r\nX-Amzn-Trace-Id: Self=1-0-old;Root=1-1-2;A=b\r\n\r\n"
    )

    trace = dict(target.requests[0].headers)[b"x-amzn-trace-id"]
    assert re.fullmatch(rb"Self=1-[0-9a-f]{8}-[0-9a-f]{24};Root=1-1-2;A=b", trace)


async def echo(target, request, reader, writer):
    writer.write(ok(await read_body(target, request, reader)))


async def test_large_body_passes_both_ways(add_target, client):
    await add_target(echo)
    body = bytes(range(256)) * 12_000  # 3 MB

    head = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % len(body)
    sending = asyncio.create_task(client.request(head + body))
    status, _, echoed = await sending

    assert status == "HTTP/1.1 200 OK"
    assert echoed == body


async def test_chunked_request_body_is_streamed(add_target, client):
    arrived = asyncio.Event()

    async def respond(target, request, reader, writer):
        assert await reader.readuntil(b"hello\r\n") == b"5\r\nhello\r\n"
        arrived.set()
        assert await reader.readuntil(b"0\r\n\r\n") == b"6\r\n world\r\n0\r\n\r\n"
        writer.write(ok())

    target = await add_target(respond)
    client.writer.write(b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
    client.writer.write(b"5\r\nhello\r\n")
    await arrived.wait()

    status, _, _ = await client.request(b"6\r\n world\r\n0\r\n\r\n")

    assert status == "HTTP/1.1 200 OK"
    assert (b"transfer-encoding", b"chunked") in list(target.requests[0].headers)


async def test_chunked_response_is_streamed(add_target, client):
    more = asyncio.Event()

    async def respond(target, request, reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n")
        await more.wait()
        writer.write(b"3\r\nand\r\n0\r\n\r\n")

    await add_target(respond)
    client.writer.write(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    assert b"Transfer-Encoding: chunked" in await client.reader.readuntil(b"\r\n\r\n")
    assert await client.reader.readexactly(9) == b"4\r\nfour\r\n"

    more.set()

    assert await client.reader.readuntil(b"0\r\n\r\n") == b"3\r\nand\r\n0\r\n\r\n"
    assert (await client.request(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"))[2].startswith(b"4\r\n")


async def test_response_that_ends_with_its_connection_is_chunked(add_target, client):
    async def respond(target, request, reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall")
        writer.close()

    await add_target(respond)

    for _ in range(2):
        _, headers, body = await client.request(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        assert ("Transfer-Encoding", "chunked") in headers
        assert body == b"3\r\nall\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("method", "head", "kept"),
    [
        ("HEAD", "200 OK\r\nContent-Length: 1234\r\nETag: x", ("Content-Length", "1234")),
        ("GET", "204 No Content\r\nX: y", ("X", "y")),
        ("GET", "304 Not Modified\r\nETag: x", ("ETag", "x")),
        ("GET", "304 Not Modified\r\nContent-Length: 77", ("Content-Length", "77")),
        ("POST", "200 OK\r\nContent-Length: 0", ("Content-Length", "0")),
    ],
)
async def test_connection_is_kept_after_a_response_without_a_body(
    add_target, client, method, head, kept
):
    async def bodiless(target, request, reader, writer):
        writer.write(b"HTTP/1.1 " + head.encode() + b"\r\n\r\n")

    await add_target(bodiless)
    request = f"{method} / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n".encode()

    for _ in range(3):
        status, headers, _ = await client.request(request, body=False)
        assert status == f"HTTP/1.1 {head.partition(chr(13))[0]}"
        assert kept in headers


async def test_expect_gets_100_at_once_and_is_not_forwarded(add_target, client):
    target = await add_target(echo)

    status, _, _ = await client.request(
        b"PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"
    )
    assert status.startswith("HTTP/1.1 100 ")
    status, _, body = await client.request(b"body")

    assert (status, body) == ("HTTP/1.1 200 OK", b"body")
    assert b"expect" not in dict(target.requests[0].headers)


async def test_pipelined_requests_are_answered_in_order(add_target, client):
    async def respond(target, request, reader, writer):
        writer.write(ok(request.target))

    await add_target(respond)
    client.writer.write(b"".join(b"GET /%d HTTP/1.1\r\nHost: h\r\n\r\n" % n for n in range(3)))

    assert [(await client.response())[2] for _ in range(3)] == [b"/0", b"/1", b"/2"]


async def test_http_1_0_client_gets_the_body_and_the_end(add_target, client):
    async def respond(target, request, reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nall\r\n0\r\n\r\n")

    await add_target(respond)
    client.writer.write(b"GET / HTTP/1.0\r\n\r\n")

    head, _, body = (await client.reader.read()).partition(b"\r\n\r\n")

    assert b"chunked" not in head
    assert body == b"all"


async def refuse(target, request, reader, writer):
    """Send 413 without reading the body, and close with most of it unread."""
    writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 7\r\nConnection: close\r\n\r\ntoo big")
    await writer.drain()
    writer.transport.abort() if target.hard else writer.close()


@pytest.mark.parametrize("hard", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("expect", [b"", b"Expect: 100-continue\r\n"], ids=["", "expect"])
async def test_client_can_read_an_early_413_every_time(add_target, connect, hard, expect):
    target = await add_target(refuse)
    target.hard = hard
    body = b"x" * 3_000_000

    for _ in range(20):
        client = await connect()
        client.writer.write(
            b"POST / HTTP/1.1\r\nHost: h\r\n" + expect + b"Content-Length: %d\r\n\r\n" % len(body)
        )
        if expect:
            assert (await client.response())[0].startswith("HTTP/1.1 100")
        client.writer.write(body)
        status, _, body = await client.response()
        assert (status, body) == ("HTTP/1.1 413 Too Large", b"too big")

    target.respond = respond_ok
    status, _, _ = await client.request(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    assert status == "HTTP/1.1 200 OK"


async def test_early_response_reaches_a_client_that_keeps_sending(add_target, client):
    async def early(target, request, reader, writer):
        writer.write(ok(b"early"))
        await read_body(target, request, reader)

    await add_target(early)

    status, _, body = await client.request(
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf."
    )
    assert (status, body) == ("HTTP/1.1 200 OK", b"early")
    status, _, body = await client.request(b".half" + b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")

    assert status == "HTTP/1.1 200 OK"
