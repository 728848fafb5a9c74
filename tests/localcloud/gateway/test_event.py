"""The event of payload format 2.0."""

import base64
import re
import time

import pytest

GREETING = b'{"text": "\xc3\xa9"}'


async def event_of(site, method, target, headers=(), body=b""):
    await site.ask(method, target, headers, body)
    return site.events[-1]


async def test_the_event_has_the_shape_that_lambda_sends(site):
    site.configure("POST /blog/{id}", stage="Prod")
    before = int(time.time() * 1000)

    event = await event_of(
        site,
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
        "host": f"127.0.0.1:{site.port}",
        "user-agent": "test/1",
        "content-type": "application/json",
        "content-length": str(len(GREETING)),
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-port": str(site.port),
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
async def test_the_query_is_raw_and_decoded(site, query, parameters):
    event = await event_of(site, "GET", f"/x?{query}")

    assert event["rawQueryString"] == query
    assert event["queryStringParameters"] == parameters


@pytest.mark.parametrize("target", ["/x", "/x?"])
async def test_without_a_query_there_are_no_parameters(site, target):
    event = await event_of(site, "GET", target)

    assert event["rawQueryString"] == ""
    assert not {"queryStringParameters", "cookies", "pathParameters", "body"} & event.keys()
    assert event["isBase64Encoded"] is False
    assert event["headers"]["content-length"] == "0"


async def test_repeated_headers_are_joined_and_names_are_in_lower_case(site):
    event = await event_of(
        site,
        "GET",
        "/x",
        ['If-None-Match: "a"', 'if-none-match: W/"b"', "X-Forwarded-For: 9.9.9.9"],
    )

    assert event["headers"]["if-none-match"] == '"a",W/"b"'
    assert event["headers"]["x-forwarded-for"] == "9.9.9.9, 127.0.0.1"
    assert "connection" not in event["headers"]


async def test_the_trace_of_a_client_is_kept(site):
    event = await event_of(site, "GET", "/x", ["X-Amzn-Trace-Id: Root=1-2-3"])

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
async def test_only_text_types_are_passed_as_text(site, content_type, text):
    headers = [f"Content-Type: {content_type}"] if content_type else []

    event = await event_of(site, "POST", "/x", headers, GREETING)

    assert event["isBase64Encoded"] is not text
    body = event["body"].encode() if text else base64.b64decode(event["body"])
    assert body == GREETING


async def test_bytes_that_are_no_text_are_replaced_in_a_text_type(site):
    event = await event_of(site, "POST", "/x", ["Content-Type: application/json"], b'"\xff\x00"')

    assert (event["body"], event["isBase64Encoded"]) == ('"\ufffd\x00"', False)


async def test_an_encoded_body_stays_encoded(site):
    gzipped = b"\x1f\x8b\x08 not really"

    event = await event_of(
        site, "POST", "/x", ["Content-Type: image/x", "Content-Encoding: gzip"], gzipped
    )

    assert base64.b64decode(event["body"]) == gzipped
    assert event["headers"]["content-encoding"] == "gzip"


async def test_a_chunked_body_arrives_whole(site):
    head = b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n"

    await site.send(head + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")

    event = site.events[-1]
    assert event["body"] == "abcde"
    assert event["headers"]["content-length"] == "5"
    assert "transfer-encoding" not in event["headers"]


async def test_a_request_line_with_a_whole_url_is_understood(site):
    event = await event_of(site, "GET", "http://example.test/a/b?c=d")

    assert (event["rawPath"], event["rawQueryString"]) == ("/a/b", "c=d")
