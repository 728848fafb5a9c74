"""What a function returns, and what the client gets."""

import asyncio

import pytest

from tests.localcloud.gateway.conftest import read_response

FAILED = (500, {"message": "Internal Server Error"})


async def test_response_has_the_functions_status_headers_and_cookies(api):
    api.result = {
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

    response = await api.request("POST", "/blog", body=b"x")

    assert (response.status, response.body) == (201, "é".encode())
    names = ["location", "etag", "x-count", "x-flag", "via"]
    assert [response.header(name) for name in names] == ["blog/1", '"1"', "2", "true", "a,b"]
    assert [value for name, value in response.headers if name == "set-cookie"] == [
        "a=1; Path=/",
        "b=2",
    ]
    assert response.header("content-type") == "text/plain;charset=utf-8"
    assert response.header("apigw-requestid") == api.events[-1]["requestContext"]["requestId"]


@pytest.mark.parametrize(
    ("payload", "status", "body"),
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
async def test_payload_is_read_as_format_2_describes(api, payload, status, body):
    api.result = payload

    response = await api.request("GET", "/")

    assert (response.status, response.body) == (status, body)


async def test_payload_without_a_status_code_is_sent_as_json(api):
    api.result = {"message": "hello"}

    assert (await api.request("GET", "/")).header("content-type") == "application/json"


@pytest.mark.parametrize(
    "payload",
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
async def test_malformed_payload_is_500(api, payload):
    api.result = payload

    response = await api.request("GET", "/")

    assert (response.status, response.json) == FAILED
    assert response.header("content-type") == "application/json"


async def test_lone_surrogate_in_a_body_is_replaced(api):
    api.result = b'{"statusCode": 200, "body": "\\ud800"}'

    assert (await api.request("GET", "/")).body == b"?"


@pytest.mark.parametrize("status", [204, 304])
async def test_204_and_304_have_no_body(api, status):
    api.result = {"statusCode": status, "headers": {"ETag": '"1"'}}

    response = await api.request("GET", "/")

    assert (response.status, response.body, response.header("etag")) == (status, b"", '"1"')


async def test_function_cannot_set_hop_by_hop_headers(api):
    api.result = {
        "statusCode": 200,
        "headers": {
            "Connection": "upgrade",
            "Transfer-Encoding": "chunked",
            "Content-Length": "99",
        },
        "body": "abc",
    }

    response = await api.request("GET", "/")

    assert response.header("content-length") == "3"
    assert response.header("transfer-encoding") is None
    assert response.header("connection") != "upgrade"


async def test_response_to_head_has_no_body(api):
    api.result = {"statusCode": 200, "headers": {"ETag": '"1"'}, "body": "abc"}
    request = f"Host: 127.0.0.1:{api.port}\r\n\r\n"

    response = await api.send(f"HEAD / HTTP/1.1\r\n{request}".encode(), "HEAD")

    assert (response.status, response.header("etag")) == (200, '"1"')
    assert api.events[-1]["requestContext"]["http"]["method"] == "HEAD"


async def test_connection_is_kept_after_head(api):
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    writer.write(b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n")

    await read_response(reader, "HEAD")
    second = await read_response(reader)
    writer.close()

    assert (second.status, second.body) == (200, b"fine")


async def test_content_length_of_the_function_is_kept_for_head(api):
    api.result = {"statusCode": 200, "headers": {"Content-Length": "123"}}

    response = await api.request("HEAD", "/")

    assert response.header("content-length") == "123"
