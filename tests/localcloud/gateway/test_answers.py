"""How a function's answer becomes the client's."""

import asyncio

import pytest

from tests.localcloud.gateway.conftest import read_reply

FAILED = (500, {"message": "Internal Server Error"})


async def test_an_answer_is_passed_with_its_headers_cookies_and_status(site):
    site.answer = {
        "statusCode": 201,
        "headers": {
            "Location": "blog/1",
            "ETag": '"1"',
            "X-Count": 2,
            "X-Flag": True,
            "Via": ["a", "b"],
        },
        "cookies": ["a=1; Path=/", "b=2"],
        "body": "é",
    }

    reply = await site.ask("POST", "/blog", body=b"x")

    assert (reply.status, reply.body) == (201, "é".encode())
    told = ["location", "etag", "x-count", "x-flag", "via"]
    assert [reply.header(name) for name in told] == ["blog/1", '"1"', "2", "true", "a,b"]
    assert [value for name, value in reply.headers if name == "set-cookie"] == [
        "a=1; Path=/",
        "b=2",
    ]
    assert reply.header("content-type") == "text/plain;charset=utf-8"
    assert reply.header("apigw-requestid") == site.events[-1]["requestContext"]["requestId"]


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        ({"statusCode": 200, "body": "aMOp", "isBase64Encoded": True}, 200, "hé".encode()),
        ({"statusCode": "404"}, 404, b""),
        ({"statusCode": 200, "body": None, "headers": None, "cookies": None}, 200, b""),
        ({"message": "hello"}, 200, b'{"message": "hello"}'),
        ([1, 2], 200, b"[1, 2]"),
        ("hello", 200, b"hello"),
        (None, 200, b"null"),
        (b"not json {", 200, b"not json {"),
        ({"statusCode": 200, "body": "x", "extra": 1}, 200, b"x"),
    ],
)
async def test_answers_are_read_as_payload_2_says(site, answer, status, body):
    site.answer = answer

    reply = await site.ask("GET", "/")

    assert (reply.status, reply.body) == (status, body)


async def test_an_answer_without_a_status_is_json(site):
    site.answer = {"message": "hello"}

    assert (await site.ask("GET", "/")).header("content-type") == "application/json"


@pytest.mark.parametrize(
    "answer",
    [
        {"statusCode": "many"},
        {"statusCode": None},
        {"statusCode": True},
        {"statusCode": 99},
        {"statusCode": 600},
        {"statusCode": 200.5},
        {"statusCode": 200, "body": {"a": 1}},
        {"statusCode": 200, "body": "%%%", "isBase64Encoded": True},
        {"statusCode": 200, "isBase64Encoded": "yes"},
        {"statusCode": 200, "headers": ["a"]},
        {"statusCode": 200, "headers": {"a": {}}},
        {"statusCode": 200, "headers": {"a b": "c"}},
        {"statusCode": 200, "headers": {"a": "b\r\nSet-Cookie: c"}},
        {"statusCode": 200, "cookies": "a=1"},
        {"statusCode": 200, "cookies": ["a=1\nb"]},
    ],
)
async def test_a_malformed_answer_is_the_gateways_500(site, answer):
    site.answer = answer

    reply = await site.ask("GET", "/")

    assert (reply.status, reply.json) == FAILED
    assert reply.header("content-type") == "application/json"


async def test_a_lone_surrogate_in_a_body_does_no_harm(site):
    site.answer = b'{"statusCode": 200, "body": "\\ud800"}'

    assert (await site.ask("GET", "/")).body == b"?"


@pytest.mark.parametrize("status", [204, 304])
async def test_statuses_without_a_body_send_none(site, status):
    site.answer = {"statusCode": status, "headers": {"ETag": '"1"'}}

    reply = await site.ask("GET", "/")

    assert (reply.status, reply.body, reply.header("etag")) == (status, b"", '"1"')


async def test_headers_of_the_connection_are_the_gateways_own(site):
    site.answer = {
        "statusCode": 200,
        "headers": {
            "Connection": "upgrade",
            "Transfer-Encoding": "chunked",
            "Content-Length": "99",
        },
        "body": "abc",
    }

    reply = await site.ask("GET", "/")

    assert reply.header("content-length") == "3"
    assert reply.header("transfer-encoding") is None
    assert reply.header("connection") != "upgrade"


async def test_an_answer_to_head_has_headers_only(site):
    site.answer = {"statusCode": 200, "headers": {"ETag": '"1"'}, "body": "abc"}
    request = f"Host: 127.0.0.1:{site.port}\r\n\r\n"

    reply = await site.send(f"HEAD / HTTP/1.1\r\n{request}".encode(), "HEAD")

    assert (reply.status, reply.header("etag")) == (200, '"1"')
    assert site.events[-1]["requestContext"]["http"]["method"] == "HEAD"


async def test_a_connection_is_usable_after_an_answer_to_head(site):
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n")

    await read_reply(reader, "HEAD")
    second = await read_reply(reader)
    writer.close()

    assert (second.status, second.body) == (200, b"fine")


async def test_the_length_that_a_function_gives_for_head_is_kept(site):
    site.answer = {"statusCode": 200, "headers": {"Content-Length": "123"}}

    reply = await site.ask("HEAD", "/")

    assert reply.header("content-length") == "123"
