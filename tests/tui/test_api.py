from __future__ import annotations

import asyncio
from dataclasses import replace

import httpx
import pytest

from tests.tui.fake import FakeBlogs, Response, problem, serve
from tui.client.contract import ApiError, Draft, Failure
from tui.client.http_api import HttpApi
from tui.settings.backends import Backend
from tui.settings.values import BackendName

DRAFT = Draft(id="x1", title="T", author="A", contents="C")


def only(response):
    """Return a fault that sends *response* for each request."""
    return lambda method, path: response


async def test_pages_follow_the_link_of_the_backend(world):
    api = world.api()

    first = await api.page(2)
    second = await api.page(2, first.next_url)
    third = await api.page(2, second.next_url)

    ids = [blog.id for page in (first, second, third) for blog in page.blogs]
    assert ids == [f"blog-000{number}" for number in (4, 3, 2, 1, 0)]
    assert third.next_url is None
    assert world.blogs.requests[0] == ("GET", "/Prod/blog?limit=2&view=summary")
    assert world.blogs.requests[1][1].startswith("/Prod/blog?limit=2&view=summary&cursor=2026")


async def test_a_link_to_another_host_is_not_followed(world):
    link = '<https://evil.example/blog?cursor=x>; rel="next"'
    world.faults[BackendName.FUNCTIONS].replace = only(Response(200, {"Link": link}, b"[]"))

    with pytest.raises(ApiError, match="leads to another URL"):
        await world.api().page(2)


async def test_a_blog_is_sent_and_read_back_unchanged(world):
    api = world.api()
    wild = Draft(id="wild", title="[/nope] \x1b[31m", author="\u202e", contents="\x00\r\n😀" * 3)

    stored = await api.create(wild)
    read = await api.read("wild")

    assert stored == read
    assert read.matches(wild)
    assert read.etag == world.blogs.etag("wild")


async def test_conditional_writes_send_the_etag(world):
    api = world.api()
    blog = await api.read("blog-0001")
    world.blogs.put(id="blog-0001", title="Somebody else's")

    with pytest.raises(ApiError, match="412") as replaced:
        await api.replace(Draft(id=blog.id, title="Mine", author="", contents=""), blog.etag)
    with pytest.raises(ApiError) as deleted:
        await api.delete(blog.id, blog.etag)

    assert replaced.value.failure is deleted.value.failure is Failure.CHANGED
    assert world.blogs.table["blog-0001"]["title"] == "Somebody else's"


async def test_only_writes_send_the_token(world):
    api = world.api()
    await api.read("blog-0001")
    await api.create(DRAFT)

    assert world.blogs.authorizations == [None, "Bearer s3cret-write-token"]


async def test_the_token_is_not_sent_unencrypted_to_another_machine(world):
    world.url = "http://far.example"
    api = world.api()

    with pytest.raises(ApiError, match="--plain-http-token") as caught:
        await api.create(DRAFT)

    assert caught.value.failure is Failure.PLAIN_HTTP
    assert not world.blogs.requests
    api.plain_http_token = True
    await api.create(DRAFT)
    assert "x1" in world.blogs.table


async def test_the_token_is_sent_anywhere_over_https(world):
    world.url = "https://far.example"

    await world.api().create(DRAFT)

    assert "x1" in world.blogs.table


@pytest.mark.parametrize(
    "wild", ["", "..", "../x", "a/b", "a?b", "a#b", "-a", "a" * 129, "a\n", "%2e"]
)
async def test_an_invalid_id_is_not_sent(world, wild):
    api = world.api()

    for request in (api.read(wild), api.delete(wild, None)):
        with pytest.raises(ApiError, match="not a valid blog id"):
            await request
    assert not world.blogs.requests


@pytest.mark.parametrize(
    ("response", "failure", "words"),
    [
        (problem(401, "x"), Failure.TOKEN, "write token"),
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
    monkeypatch.setattr("tui.client.http_api.LARGEST_RESPONSE", 1000)
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


async def test_every_request_is_logged_with_any_result(world):
    entries = []
    api = world.api(record=entries.append)
    world.blogs.cold = True
    await api.page(2)
    world.blogs.cold = False
    await api.read("blog-0001")
    world.faults[BackendName.FUNCTIONS].down = True
    with pytest.raises(ApiError):
        await api.read("blog-0001")

    assert [(e.backend, e.method, e.status, e.warmth) for e in entries] == [
        (BackendName.FUNCTIONS, "GET", 200, "cold"),
        (BackendName.FUNCTIONS, "GET", 200, "warm"),
        (BackendName.FUNCTIONS, "GET", None, "-"),
    ]
    assert entries[1].path == "/Prod/blog/blog-0001"
    assert entries[1].served_by == "functions/GetBlogs/abcd1234"
    assert all(entry.milliseconds > 0 for entry in entries)


async def test_headers_are_made_safe_for_the_log(world):
    entries = []
    world.blogs.served_by = "x\x9b2J"

    await world.api(record=entries.append).page(1)

    assert "\x9b" not in entries[0].served_by


async def test_no_representation_contains_the_token(world):
    api = world.api()

    for thing in (api, api.token, world.backends):
        assert "s3cret" not in repr(thing)


async def test_no_proxy_is_used_for_this_machine(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with serve(FakeBlogs(1)) as served:
        backend = Backend(name=BackendName.CONTAINERS, url=served.url, source="test")
        api = HttpApi(backend=backend, token=None, record=lambda entry: None)
        assert len((await api.page(5)).blogs) == 1
        await api.close()


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


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTPS_PROXY", "foo://x"),
        ("https_proxy", "http://[::1"),
        ("ALL_PROXY", "socks5://hush"),
        ("SSL_CERT_FILE", "/nope"),
    ],
)
async def test_an_invalid_proxy_or_certificate_variable_is_named(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    backend = Backend(name=BackendName.CONTAINERS, url="https://far.example", source="test")

    with pytest.raises(ApiError, match=f"^Invalid value of {name}: ") as caught:
        HttpApi(backend=backend, token=None, record=print)

    assert caught.value.failure is Failure.SETTINGS
    assert value not in str(caught.value)


@pytest.mark.parametrize("kind", ["text/html", "application/json", ""])
async def test_only_a_404_of_the_api_means_that_a_blog_is_missing(world, kind):
    gateway = Response(404, {"Content-Type": kind}, b'{"message":"Not Found"}')
    world.faults[BackendName.FUNCTIONS].replace = only(gateway)

    for request in (world.api().read("x1"), world.api().delete("x1", None)):
        with pytest.raises(ApiError, match="does not serve the blog API at this URL") as caught:
            await request
        assert caught.value.failure is Failure.REFUSED
