import asyncio
import re

import pytest

from tests.localcloud.balancer.conftest import answer_ok, ok, read_body


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
async def test_path_and_query_arrive_byte_for_byte(put_behind, client, path):
    target = await put_behind()

    status, _, _ = await client.ask(f"OPTIONS {path} HTTP/1.1\r\nHost: h\r\n\r\n".encode())

    assert status == "HTTP/1.1 200 OK"
    assert target.heads[0].split(b"\r\n")[0] == f"OPTIONS {path} HTTP/1.1".encode()


async def test_headers_pass_as_they_are_but_for_those_of_the_hop(put_behind, client):
    async def answer(target, request, reader, writer):
        writer.write(
            b"HTTP/1.1 200 Fine by me\r\nX-ODD-case: \xe9 \xff\r\nset-COOKIE: a\r\n"
            b"Set-Cookie: b\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: 5\r\n"
            b"Content-Length: 2\r\n\r\nok"
        )

    target = await put_behind(answer)

    status, headers, body = await client.ask(
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


async def test_what_a_load_balancer_adds_is_added(put_behind, client, balancer):
    target = await put_behind()

    await client.ask(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    await client.ask(
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


async def test_the_own_part_of_a_trace_is_replaced(put_behind, client):
    target = await put_behind()

    await client.ask(
        b"GET / HTTP/1.1\r\nHost: h\r\nX-Amzn-Trace-Id: Self=1-0-old;Root=1-1-2;A=b\r\n\r\n"
    )

    trace = dict(target.requests[0].headers)[b"x-amzn-trace-id"]
    assert re.fullmatch(rb"Self=1-[0-9a-f]{8}-[0-9a-f]{24};Root=1-1-2;A=b", trace)


async def echo(target, request, reader, writer):
    writer.write(ok(await read_body(target, request, reader)))


async def test_a_large_body_passes_both_ways(put_behind, client):
    await put_behind(echo)
    body = bytes(range(256)) * 12_000  # 3 MB

    head = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % len(body)
    sending = asyncio.create_task(client.ask(head + body))
    status, _, echoed = await sending

    assert status == "HTTP/1.1 200 OK"
    assert echoed == body


async def test_a_chunked_body_arrives_chunked_and_before_its_end(put_behind, client):
    arrived = asyncio.Event()

    async def answer(target, request, reader, writer):
        assert await reader.readuntil(b"hello\r\n") == b"5\r\nhello\r\n"
        arrived.set()
        assert await reader.readuntil(b"0\r\n\r\n") == b"6\r\n world\r\n0\r\n\r\n"
        writer.write(ok())

    target = await put_behind(answer)
    client.writer.write(b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
    client.writer.write(b"5\r\nhello\r\n")
    await arrived.wait()

    status, _, _ = await client.ask(b"6\r\n world\r\n0\r\n\r\n")

    assert status == "HTTP/1.1 200 OK"
    assert (b"transfer-encoding", b"chunked") in list(target.requests[0].headers)


async def test_a_chunked_answer_streams(put_behind, client):
    more = asyncio.Event()

    async def answer(target, request, reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n")
        await more.wait()
        writer.write(b"3\r\nand\r\n0\r\n\r\n")

    await put_behind(answer)
    client.writer.write(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    assert b"Transfer-Encoding: chunked" in await client.reader.readuntil(b"\r\n\r\n")
    assert await client.reader.readexactly(9) == b"4\r\nfour\r\n"

    more.set()

    assert await client.reader.readuntil(b"0\r\n\r\n") == b"3\r\nand\r\n0\r\n\r\n"
    assert (await client.ask(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"))[2].startswith(b"4\r\n")


async def test_an_answer_that_ends_with_its_connection_is_framed(put_behind, client):
    async def answer(target, request, reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall")
        writer.close()

    await put_behind(answer)

    for _ in range(2):
        _, headers, body = await client.ask(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        assert ("Transfer-Encoding", "chunked") in headers
        assert body == b"3\r\nall\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("method", "answer", "kept"),
    [
        ("HEAD", "200 OK\r\nContent-Length: 1234\r\nETag: x", ("Content-Length", "1234")),
        ("GET", "204 No Content\r\nX: y", ("X", "y")),
        ("GET", "304 Not Modified\r\nETag: x", ("ETag", "x")),
        ("GET", "304 Not Modified\r\nContent-Length: 77", ("Content-Length", "77")),
        ("POST", "200 OK\r\nContent-Length: 0", ("Content-Length", "0")),
    ],
)
async def test_answers_without_a_body_leave_the_connection_usable(
    put_behind, client, method, answer, kept
):
    async def bodiless(target, request, reader, writer):
        writer.write(b"HTTP/1.1 " + answer.encode() + b"\r\n\r\n")

    await put_behind(bodiless)
    request = f"{method} / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n".encode()

    for _ in range(3):
        status, headers, _ = await client.ask(request, body=False)
        assert status == f"HTTP/1.1 {answer.partition(chr(13))[0]}"
        assert kept in headers


async def test_expect_is_answered_at_once_and_not_passed_on(put_behind, client):
    target = await put_behind(echo)

    status, _, _ = await client.ask(
        b"PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"
    )
    assert status.startswith("HTTP/1.1 100 ")
    status, _, body = await client.ask(b"body")

    assert (status, body) == ("HTTP/1.1 200 OK", b"body")
    assert b"expect" not in dict(target.requests[0].headers)


async def test_pipelined_requests_are_answered_in_order(put_behind, client):
    async def answer(target, request, reader, writer):
        writer.write(ok(request.target))

    await put_behind(answer)
    client.writer.write(b"".join(b"GET /%d HTTP/1.1\r\nHost: h\r\n\r\n" % n for n in range(3)))

    assert [(await client.answer())[2] for _ in range(3)] == [b"/0", b"/1", b"/2"]


async def test_an_old_client_gets_its_answer_and_the_end(put_behind, client):
    async def answer(target, request, reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nall\r\n0\r\n\r\n")

    await put_behind(answer)
    client.writer.write(b"GET / HTTP/1.0\r\n\r\n")

    head, _, body = (await client.reader.read()).partition(b"\r\n\r\n")

    assert b"chunked" not in head
    assert body == b"all"


async def refuse(target, request, reader, writer):
    """Answer 413 without reading the body, and close with most of it unread."""
    writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 7\r\nConnection: close\r\n\r\ntoo big")
    await writer.drain()
    writer.transport.abort() if target.hard else writer.close()


@pytest.mark.parametrize("hard", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("expect", [b"", b"Expect: 100-continue\r\n"], ids=["", "expect"])
async def test_an_early_refusal_is_readable_every_time(put_behind, connect, hard, expect):
    target = await put_behind(refuse)
    target.hard = hard
    body = b"x" * 3_000_000

    for _ in range(20):
        client = await connect()
        client.writer.write(
            b"POST / HTTP/1.1\r\nHost: h\r\n" + expect + b"Content-Length: %d\r\n\r\n" % len(body)
        )
        if expect:
            assert (await client.answer())[0].startswith("HTTP/1.1 100")
        client.writer.write(body)
        status, _, said = await client.answer()
        assert (status, said) == ("HTTP/1.1 413 Too Large", b"too big")

    target.answer = answer_ok
    status, _, _ = await client.ask(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    assert status == "HTTP/1.1 200 OK"


async def test_an_early_answer_reaches_a_client_that_sends_on(put_behind, client):
    async def early(target, request, reader, writer):
        writer.write(ok(b"early"))
        await read_body(target, request, reader)

    await put_behind(early)

    status, _, body = await client.ask(
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf."
    )
    assert (status, body) == ("HTTP/1.1 200 OK", b"early")
    status, _, body = await client.ask(b".half" + b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")

    assert status == "HTTP/1.1 200 OK"
