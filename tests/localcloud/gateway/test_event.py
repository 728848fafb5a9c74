"""The event of payload format 2.0."""

import base64
import re
import time

import pytest

GREETING = b'{"text": "\xc3\xa9"}'


async def event_of(api, method, target, headers=(), body=b""):
    await api.request(method, target, headers, body)
    return api.events[-1]


async def test_event_has_the_fields_of_payload_format_2(api):
    api.configure("POST /blog/{id}", stage="Prod")
    before = int(time.time() * 1000)

    event = await event_of(
        api,
        "POST",
        "/Prod/blog/a%2Fb?x=1",
        ["User-Agent: test/1", "Content-Type: application/json", "Cookie: a=1; b=2", "Cookie: c=3"],
        GREETING,
    )

    context = event.pop("requestContext")
    headers = event.pop("headers")
    assert event == {
        "version": "2.0",
        "routeKey": "POST /blog/{id}",
        "rawPath": "/Prod/blog/a/b",
        "rawQueryString": "x=1",
        "cookies": ["a=1", "b=2", "c=3"],
        "queryStringParameters": {"x": "1"},
        "pathParameters": {"id": "a/b"},
        "body": '{"text": "é"}',
        "isBase64Encoded": False,
    }
    assert before <= context.pop("timeEpoch") <= int(time.time() * 1000)
    assert re.fullmatch(r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000", context.pop("time"))
    assert re.fullmatch(r"[\w-]{15}=", context.pop("requestId"))
    assert context == {
        "accountId": "000000000000",
        "apiId": "abc123",
        "domainName": "127.0.0.1",
        "domainPrefix": "abc123",
        "http": {
            "method": "POST",
            "path": "/Prod/blog/a/b",
            "protocol": "HTTP/1.1",
            "sourceIp": "127.0.0.1",
            "userAgent": "test/1",
        },
        "routeKey": "POST /blog/{id}",
        "stage": "Prod",
    }
    assert re.fullmatch(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24}", headers.pop("x-amzn-trace-id"))
    assert headers == {
        "host": f"127.0.0.1:{api.port}",
        "user-agent": "test/1",
        "content-type": "application/json",
        "content-length": str(len(GREETING)),
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-port": str(api.port),
        "x-forwarded-proto": "http",
    }


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ("a=1&a=2&b=&c&d=%2C&e=a+b", {"a": "1,2", "b": "", "c": "", "d": ",", "e": "a b"}),
        ("é=ü", {"é": "ü"}),
        ("%C3%A9=%C3%BC", {"é": "ü"}),
        ("a=%FF", {"a": "\ufffd"}),
        ("a=1;b=2", {"a": "1;b=2"}),
        ("a=b=c&=d", {"a": "b=c", "": "d"}),
        ("cursor=a%252B", {"cursor": "a%2B"}),
    ],
)
async def test_query_is_in_the_event_raw_and_decoded(api, query, parameters):
    event = await event_of(api, "GET", f"/x?{query}")

    assert event["rawQueryString"] == query
    assert event["queryStringParameters"] == parameters


@pytest.mark.parametrize("target", ["/x", "/x?"])
async def test_event_without_a_query_has_no_parameters(api, target):
    event = await event_of(api, "GET", target)

    assert event["rawQueryString"] == ""
    assert not {"queryStringParameters", "cookies", "pathParameters", "body"} & event.keys()
    assert event["isBase64Encoded"] is False
    assert event["headers"]["content-length"] == "0"


async def test_repeated_headers_are_joined_and_names_lowercased(api):
    event = await event_of(
        api,
        "GET",
        "/x",
        ['If-None-Match: "a"', 'if-none-match: W/"b"', "X-Forwarded-For: 9.9.9.9"],
    )

    assert event["headers"]["if-none-match"] == '"a",W/"b"'
    assert event["headers"]["x-forwarded-for"] == "9.9.9.9, 127.0.0.1"
    assert "connection" not in event["headers"]


async def test_trace_id_of_the_client_is_kept(api):
    event = await event_of(api, "GET", "/x", ["X-Amzn-Trace-Id: Root=1-2-3"])

    assert event["headers"]["x-amzn-trace-id"] == "Root=1-2-3"


@pytest.mark.parametrize(
    ("content_type", "text"),
    [
        ("application/json", True),
        ("APPLICATION/JSON; charset=utf-8", True),
        ("application/problem+json", True),
        ("application/xml", True),
        ("application/javascript", True),
        ("text/plain", True),
        ("application/x-www-form-urlencoded", False),
        ("multipart/form-data; boundary=x", False),
        ("application/octet-stream", False),
        ("image/png", False),
        (None, False),
    ],
)
async def test_only_text_media_types_are_sent_as_text(api, content_type, text):
    headers = [f"Content-Type: {content_type}"] if content_type else []

    event = await event_of(api, "POST", "/x", headers, GREETING)

    assert event["isBase64Encoded"] is not text
    body = event["body"].encode() if text else base64.b64decode(event["body"])
    assert body == GREETING


async def test_invalid_utf8_in_a_text_body_is_replaced(api):
    event = await event_of(api, "POST", "/x", ["Content-Type: application/json"], b'"\xff\x00"')

    assert (event["body"], event["isBase64Encoded"]) == ('"\ufffd\x00"', False)


async def test_compressed_body_is_not_decompressed(api):
    gzipped = b"\x1f\x8b\x08 not really"

    event = await event_of(
        api, "POST", "/x", ["Content-Type: image/x", "Content-Encoding: gzip"], gzipped
    )

    assert base64.b64decode(event["body"]) == gzipped
    assert event["headers"]["content-encoding"] == "gzip"


async def test_chunked_body_is_joined(api):
    head = b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n"

    await api.send(head + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")

    event = api.events[-1]
    assert event["body"] == "abcde"
    assert event["headers"]["content-length"] == "5"
    assert "transfer-encoding" not in event["headers"]


async def test_absolute_url_in_the_request_line_is_accepted(api):
    event = await event_of(api, "GET", "http://example.test/a/b?c=d")

    assert (event["rawPath"], event["rawQueryString"]) == ("/a/b", "c=d")
