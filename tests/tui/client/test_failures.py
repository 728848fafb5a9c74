"""Errors of the client: what is wrong, and the next step."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import httpx
import pytest

from tests.tui.fake import Response, problem
from tui.client import http_api
from tui.client.contract import ApiError, Draft, Failure
from tui.settings.values import BackendName, Token

DRAFT = Draft(id="x1", title="T", author="A", contents="C")


def only(response):
    """Return a fault that sends *response* for each request."""
    return lambda method, path: response


@pytest.mark.parametrize(
    ("response", "failure", "words"),
    [
        (problem(401, "x"), Failure.TOKEN, "does not allow reading without a login"),
        (problem(403, "x"), Failure.REFUSED, "denied access"),
        (problem(404, "x"), Failure.MISSING, "does not have this blog"),
        (problem(409, "x"), Failure.TAKEN, "already has a blog with this id"),
        (problem(422, "title: too long."), Failure.REFUSED, "422.: title: too long. Correct it"),
        (problem(429, "x"), Failure.REFUSED, "Wait a moment"),
        (Response(503, {"Retry-After": "7"}), Failure.REFUSED, "Wait 7 s"),
        (Response(500, {}, b"<html>"), Failure.REFUSED, "500: no reason given"),
        (Response(302, {"Location": "https://evil.example"}), Failure.REFUSED, "Check the URL"),
        (Response(599), Failure.REFUSED, "failed .599"),
    ],
)  # fmt: skip
async def test_an_error_status_has_a_message_with_the_next_step(world, response, failure, words):
    world.faults[BackendName.FUNCTIONS].replace = only(response)

    with pytest.raises(ApiError, match=words) as caught:
        await world.api().read("x1")

    assert caught.value.failure is failure
    assert caught.value.status == response.status
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("token", "words"),
    [
        (None, "requires the write token .401.. Set BLOGS_WRITE_TOKEN or --token-file"),
        (Token("w", "prod-token.txt"), "rejected the write token from prod-token.txt .401.. Repl"),
    ],
)
async def test_a_wrong_token_and_a_missing_one_have_different_messages(world, token, words):
    with pytest.raises(ApiError, match=words) as caught:
        await replace(world.api(), token=token).create(DRAFT)

    assert caught.value.failure is Failure.TOKEN
    assert not world.blogs.table.get("x1")


async def test_a_wrong_url_and_a_missing_blog_have_different_messages(world):
    world.faults[BackendName.FUNCTIONS].replace = only(
        Response(404, {}, b'{"message":"Not Found"}')
    )

    with pytest.raises(ApiError, match="/Prod"):
        await world.api().page(2)


async def test_problem_details_are_made_safe_for_a_terminal(world):
    world.faults[BackendName.FUNCTIONS].replace = only(
        problem(422, "\x1b]0;PWNED\x07bad\x9b2J" + "x" * 5000)
    )

    with pytest.raises(ApiError) as caught:
        await world.api().read("x1")

    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"{}",
        b'"x"',
        b"[" * 100_000,
        b'[{"id": 1}]',
        b"[1]",
        b"\xff\xfe",
        b"null",
        b'{"id": "x"}',
    ],
)
async def test_an_invalid_response_is_an_error(world, body):
    world.faults[BackendName.FUNCTIONS].replace = only(
        Response(200, {"Content-Type": "text/html"}, body)
    )
    api = world.api()

    for request in (api.page(3), api.read("x1")):
        with pytest.raises(ApiError, match="sent an invalid response"):
            await request


async def test_an_endless_response_is_an_error(world, monkeypatch):
    monkeypatch.setattr(http_api, "LARGEST_RESPONSE", 1000)
    world.faults[BackendName.FUNCTIONS].replace = only(Response(200, {}, b"x" * 1001))

    with pytest.raises(ApiError, match="a response that is too large"):
        await world.api().read("x1")


NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.LocalProtocolError,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


MAYBE_SENT = (
    httpx.ReadTimeout,
    httpx.WriteTimeout,
    httpx.ReadError,
    httpx.WriteError,
    httpx.CloseError,
    httpx.RemoteProtocolError,
    httpx.DecodingError,
    httpx.TooManyRedirects,
)


@pytest.mark.parametrize("fault", NOT_SENT + MAYBE_SENT)
async def test_a_network_error_shows_if_the_write_may_be_applied(world, fault):
    class Broken(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request):
            raise fault("no")

    api = replace(world.api(), transport=Broken())

    with pytest.raises(ApiError) as read:
        await api.read("x1")
    with pytest.raises(ApiError) as written:
        await api.create(DRAFT)

    assert read.value.failure is Failure.UNREACHABLE
    assert not read.value.uncertain
    assert written.value.uncertain is (fault in MAYBE_SENT)


class Dripping(httpx.AsyncByteStream):
    """A response body that sends each part in time but takes too long as a whole."""

    async def __aiter__(self):
        for _ in range(200):
            await asyncio.sleep(0.01)
            yield b" "


async def test_the_timeout_limits_the_whole_of_a_slow_response(world):
    class Slow(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request):
            return httpx.Response(200, stream=Dripping())

    api = replace(world.api(), transport=Slow(), timeout=0.1)

    with pytest.raises(ApiError, match=r"did not respond within 0\.1 s") as read:
        await api.read("x1")
    with pytest.raises(ApiError) as written:
        await api.create(DRAFT)

    assert read.value.failure is Failure.UNREACHABLE
    assert written.value.uncertain


@pytest.mark.parametrize("link", ["<http://[bad>", "<http://[::1>", "<//[>"])
async def test_an_invalid_link_to_the_next_page_is_an_error(world, link):
    response = Response(200, {"Link": f'{link}; rel="next"'}, b"[]")
    world.faults[BackendName.FUNCTIONS].replace = only(response)

    with pytest.raises(ApiError):
        await world.api().page(2, (await world.api().page(2)).next_url)


async def test_an_invalid_etag_is_an_error(world):
    fault = world.faults[BackendName.FUNCTIONS]
    good = world.blogs.respond("GET", "/blog/blog-0001", {}, b"")
    fault.replace = lambda method, path: Response(200, {"ETag": '"tüg"'}, good.body)

    with pytest.raises(ApiError, match="sent an invalid response"):
        await world.api().read("blog-0001")
    with pytest.raises(ApiError, match="The ETag contains"):
        await world.api().delete("blog-0001", "ü")


@pytest.mark.parametrize("kind", ["text/html", "application/json", ""])
async def test_only_a_404_of_the_api_means_that_a_blog_is_missing(world, kind):
    gateway = Response(404, {"Content-Type": kind}, b'{"message":"Not Found"}')
    world.faults[BackendName.FUNCTIONS].replace = only(gateway)

    for request in (world.api().read("x1"), world.api().delete("x1", None)):
        with pytest.raises(ApiError, match="does not serve the blog API at this URL") as caught:
            await request
        assert caught.value.failure is Failure.REFUSED
