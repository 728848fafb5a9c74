from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.tui.fake import TOKEN, Answer, FakeBlogs, serve
from tui.client.contract import ApiError, Draft, Failure, LogEntry, Request
from tui.client.http_api import HttpApi
from tui.client.timing import Phases, ServerTime
from tui.settings.backends import Backend
from tui.settings.values import BackendName, Token
from tui.state import history
from tui.state.history import History

DRAFT = Draft(id="x1", title="T", author="A", contents="C")


@pytest.fixture
def served():
    with serve(FakeBlogs(3)) as served:
        yield served


@pytest.fixture
async def entries(served):
    """The log of a client over a real socket; `entries.api` is that client."""

    class Entries(list):
        pass

    entries = Entries()
    backend = Backend(name=BackendName.CONTAINERS, url=served.url, source="test")
    entries.api = HttpApi(backend=backend, token=Token(TOKEN, "test"), record=entries.append)
    yield entries
    await entries.api.close()


async def test_the_phases_of_a_request_are_taken_and_a_connection_is_opened_once(entries):
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


async def test_an_entry_says_what_the_server_says_and_how_much_went_over(entries):
    blog = await entries.api.create(DRAFT)

    entry = entries[0]
    assert (entry.server.app, entry.server.db, entry.server.init) == (1.5, 1.0, None)
    assert entry.sent_bytes == len(json.dumps(vars(DRAFT)))
    assert entry.received_bytes > len(blog.contents)
    assert ("content-type", "application/json") in entry.headers
    assert entry.date.count("-") == 2


async def test_the_token_is_in_no_entry_even_when_the_backend_repeats_it(entries, served):
    normal = served.blogs.answer

    def parrot(method, path, headers, body):
        answer = normal(method, path, headers, body)
        answer.headers |= {
            "X-Echo": f"Bearer {TOKEN}",
            "Set-Cookie": "session=abc",
            "X-Served-By": TOKEN,
        }
        return answer

    served.blogs.answer = parrot
    await entries.api.create(DRAFT)

    assert served.blogs.authorizations == [f"Bearer {TOKEN}"]
    assert TOKEN not in repr(entries[0]) + repr(entries[0].request.headers)
    assert ("x-echo", "Bearer [token]") in entries[0].headers
    assert "session=abc" not in repr(entries[0])


async def test_a_refusal_that_repeats_the_token_is_told_without_it(entries, served):
    body = json.dumps({"detail": f"no such token: {TOKEN}"}).encode()
    served.blogs.answer = lambda *_: Answer(422, {"Content-Type": "application/json"}, body)

    with pytest.raises(ApiError, match=r"\[token\]") as refused:
        await entries.api.create(DRAFT)

    assert TOKEN not in str(refused.value)


async def test_a_request_without_an_answer_says_why(entries, served):
    served.drop.add("GET")

    with pytest.raises(ApiError):
        await entries.api.page(5)

    assert entries[0].status is None
    assert "closed the connection" in entries[0].error
    assert entries[0].phases.first_byte is None


async def test_an_exchange_gives_any_answer_whatever_its_status(entries):
    exchange = await entries.api.exchange(Request(method="GET", target="/blog/nope"))

    assert exchange.entry.status == 404
    assert json.loads(exchange.body)["detail"] == "No such blog."


async def test_nothing_is_written_in_read_only_mode(entries, served):
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

    assert {method for method, _ in served.blogs.asked} == {"GET"}


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
def test_what_a_server_says_of_its_time_is_read_and_nonsense_left_out(header, time):
    assert ServerTime.of(header) == time


def entry(size: int) -> LogEntry:
    return LogEntry(
        backend=BackendName.FUNCTIONS,
        method="POST",
        path="/blog",
        at="",
        milliseconds=1,
        status=201,
        cold=None,
        served_by="",
        phases=Phases(),
        request=Request(method="POST", target="/blog", body=b"x" * size),
    )


def test_the_history_forgets_the_oldest_and_keeps_numbers(monkeypatch):
    monkeypatch.setattr(history, "MAX_ENTRIES", 3)
    kept = History()

    for size in range(5):
        kept.add(entry(size))

    assert [len(e.request.body) for e in kept] == [4, 3, 2]
    assert [e.number for e in kept] == [5, 4, 3]


def test_what_was_sent_is_forgotten_oldest_first_when_it_is_too_much(monkeypatch):
    monkeypatch.setattr(history, "MAX_BODY_BYTES", 1000)
    kept = History()

    for _ in range(5):
        kept.add(entry(300))

    assert [e.request is not None for e in kept] == [True, True, True, False, False]
    kept.add(entry(5000))
    assert not any(e.request for e in kept)
    kept.add(entry(5))
    assert kept[0].request


def test_entries_that_are_forgotten_leave_room_for_what_others_sent(monkeypatch):
    monkeypatch.setattr(history, "MAX_ENTRIES", 3)
    monkeypatch.setattr(history, "MAX_BODY_BYTES", 1000)
    kept = History()

    for _ in range(20):
        kept.add(entry(300))

    assert all(e.request for e in kept)
