"""Requests of the client."""

from __future__ import annotations

import pytest

from tests.tui.fake import FakeBlogs, Response, serve
from tui.client import proxy_env
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


async def test_a_direct_client_uses_no_proxy(monkeypatch):
    monkeypatch.setattr(proxy_env, "is_loopback", lambda _: False)
    with serve(FakeBlogs(1)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        far = Backend(name=BackendName.CONTAINERS, url="http://127.0.0.1:9", source="test")
        api = HttpApi(backend=far, token=None, record=lambda entry: None)
        assert len((await api.page(5)).blogs) == 1
        await api.close()
        direct = HttpApi(backend=far, token=None, record=lambda entry: None, direct=True)
        with pytest.raises(ApiError, match=r"is correct\. \(A comparison uses no proxy\.\)$"):
            await direct.page(5)
        await direct.close()
        assert len(proxy.blogs.requests) == 1


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
