"""What the client records of each request."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.tui.fake import TOKEN, FakeBlogs, Response, serve
from tui.client.contract import ApiError, Draft, Failure, Request
from tui.client.http_api import HttpApi
from tui.client.timing import ServerTime, milliseconds
from tui.settings.backends import Backend
from tui.settings.values import BackendName, Token

DRAFT = Draft(id="x1", title="T", author="A", contents="C")


@pytest.fixture
def served():
    with serve(FakeBlogs(3)) as served:
        yield served


@pytest.fixture
async def entries(served):
    """The log entries of a client with a real socket; `entries.api` is the client."""

    class Entries(list):
        pass

    entries = Entries()
    backend = Backend(name=BackendName.CONTAINERS, url=served.url, source="test")
    entries.api = HttpApi(backend=backend, token=Token(TOKEN, "test"), record=entries.append)
    yield entries
    await entries.api.close()


async def test_phases_are_measured_and_a_connection_is_reused(entries):
    await entries.api.page(5)
    await entries.api.page(5)

    first, second = (entry.phases for entry in entries)
    assert first.connect > 0
    assert second.connect is None
    assert first.tls is second.tls is None
    for entry in entries:
        parts = [entry.phases.connect, entry.phases.first_byte, entry.phases.body]
        assert sum(part or 0 for part in parts) <= entry.milliseconds
        assert entry.phases.first_byte > 0


async def test_an_entry_has_the_server_times_and_sizes(entries):
    blog = await entries.api.create(DRAFT)

    entry = entries[0]
    assert (entry.server.app, entry.server.db, entry.server.init) == (1.5, 1.0, None)
    assert entry.sent_bytes == len(json.dumps(vars(DRAFT)))
    assert entry.received_bytes > len(blog.contents)
    assert ("content-type", "application/json") in entry.headers
    assert entry.date.count("-") == 2


async def test_no_entry_contains_a_token_that_the_backend_repeats(entries, served):
    normal = served.blogs.respond

    def parrot(method, path, headers, body):
        response = normal(method, path, headers, body)
        response.headers |= {
            "X-Echo": f"Bearer {TOKEN}",
            "Set-Cookie": "session=abc",
            "X-Served-By": TOKEN,
        }
        return response

    served.blogs.respond = parrot
    await entries.api.create(DRAFT)

    assert served.blogs.authorizations == [f"Bearer {TOKEN}"]
    assert TOKEN not in repr(entries[0]) + repr(entries[0].request.headers)
    assert ("x-echo", "Bearer [token]") in entries[0].headers
    assert "session=abc" not in repr(entries[0])


async def test_an_error_message_hides_a_repeated_token(entries, served):
    body = json.dumps({"detail": f"no such token: {TOKEN}"}).encode()
    served.blogs.respond = lambda *_: Response(422, {"Content-Type": "application/json"}, body)

    with pytest.raises(ApiError, match=r"\[token\]") as refused:
        await entries.api.create(DRAFT)

    assert TOKEN not in str(refused.value)


async def test_an_entry_without_a_response_has_the_reason(entries, served):
    served.drop.add("GET")

    with pytest.raises(ApiError):
        await entries.api.page(5)

    assert entries[0].status is None
    assert "closed the connection" in entries[0].error
    assert entries[0].phases.first_byte is None


async def test_an_exchange_returns_a_response_of_any_status(entries):
    exchange = await entries.api.exchange(Request(method="GET", target="/blog/nope"))

    assert exchange.entry.status == 404
    assert json.loads(exchange.body)["detail"] == "No such blog."


async def test_read_only_mode_sends_no_write(entries, served):
    api = replace(entries.api, read_only=True)
    request = Request(method="PUT", target="/blog/blog-0001", body=b"{}")

    for write in (
        api.create(DRAFT),
        api.replace(DRAFT, None),
        api.delete("blog-0001", None),
        api.exchange(request),
    ):
        with pytest.raises(ApiError, match="read-only") as refused:
            await write
        assert refused.value.failure is Failure.READ_ONLY
        assert not refused.value.uncertain
    assert (await api.read("blog-0001")).id == "blog-0001"
    await api.close()

    assert {method for method, _ in served.blogs.requests} == {"GET"}


@pytest.mark.parametrize(
    ("header", "time"),
    [
        (None, ServerTime()),
        ("", ServerTime()),
        ("app;dur=1.5, db;dur=1", ServerTime(app=1.5, db=1.0, cold=False)),
        ('app;desc="x";dur="2"', ServerTime(app=2.0, cold=False)),
        ("init, app;dur=3", ServerTime(app=3.0, cold=True)),
        ("init;dur=250", ServerTime(init=250.0, cold=True)),
        ("app;dur=nan, db;dur=-1, init;dur=1e999", ServerTime(cold=True)),
        (";;;,,=", ServerTime(cold=False)),
    ],
)
def test_server_timing_is_parsed_and_invalid_parts_ignored(header, time):
    assert ServerTime.of(header) == time


@pytest.mark.parametrize(
    ("time", "words"),
    [(None, "-"), (0.04, "0.0"), (1234.56, "1,234.6"), (3_600_000.0, "3,600,000")],
)
def test_long_times_have_separators_and_no_decimals(time, words):
    assert milliseconds(time) == words
