"""The load generator, against servers of known behavior."""

import asyncio
import itertools
import math
import time
from collections import Counter
from dataclasses import replace

import aiohttp
import pytest

from lab.backends import Backend
from lab.load import closed_loop
from lab.plan import Operation
from lab.rows import ErrorClass, Outcome
from tests.lab.known_server import created_ids, serving
from tests.lab.load.loads import ALL, TOKEN, planned, quantile, reads, send, targets, until

NOWHERE = "http://127.0.0.1:9"
EVERY_10_MS = [n / 100 for n in range(40)]


def outcomes(rows):
    return Counter(row.outcome for row in rows)


def errors(rows):
    return Counter(row.error for row in rows if row.error)


async def test_every_operation_is_sent_as_the_contract_says():
    plan = planned(mix=ALL, rate=100)
    async with serving() as server:
        rows = await send(plan.requests, targets(server.url))

    assert outcomes(rows) == {Outcome.OK: len(plan.requests)}
    kinds = {Operation.POST: "POST", Operation.EDIT: "PUT", Operation.DELETE: "DELETE"}
    sent = Counter(method for method, *_ in server.requests)
    assert sent == Counter(kinds.get(one.operation, "GET") for one in plan.requests)
    assert ("GET", "/blog?limit=20") in {(method, path) for method, path, *_ in server.requests}
    for method, _, headers, body in server.requests:
        assert headers.get("authorization") == (None if method == "GET" else f"bearer {TOKEN}")
        assert "accept-encoding" not in headers
        assert "cookie" not in headers
        assert (b'"contents": "This blog' in body) == (method in {"POST", "PUT"})
    posts = [one.id for one in plan.requests if one.operation is Operation.POST]
    assert sorted(created_ids(server)) == sorted(posts)


async def test_a_row_has_everything_that_the_response_says():
    headers = {
        "Server-Timing": "app;dur=4.2, db;dur=1.5, init;dur=300",
        "X-Served-By": "functions/é",
    }
    async with serving(body=b"12345", headers=headers, latency_s=0.01) as server:
        first, second = await send(reads([0, 0.3]), targets(server.url))

    assert (first.app_ms, first.db_ms, first.init_ms, first.served_by) == (
        *(4.2, 1.5, 300),
        "functions/?",
    )
    assert (first.status, first.bytes, first.cold) == (200, 5, True)
    assert first.planned_s <= first.sent_s < first.first_byte_s <= first.end_s
    assert first.service_ms >= 10
    assert (first.new_connection, second.new_connection) == (True, False)
    assert server.connections == 1


async def test_requests_leave_at_their_times_whatever_the_server_does():
    stop = asyncio.Event()
    async with serving(latency_s=3600) as server:
        sending = asyncio.ensure_future(send(reads(EVERY_10_MS), targets(server.url), stop=stop))
        await until(lambda: server.peak == len(EVERY_10_MS))
        stop.set()
        rows = await sending

    assert all(row.sent_s >= row.planned_s for row in rows)


async def test_a_stall_is_in_the_log_and_a_closed_loop_hides_it():
    stall_s, every_s = 0.5, 2.5
    times = [n / 50 for n in range(250)]

    async def closed(url):
        async with aiohttp.ClientSession() as session:
            ends = time.monotonic() + times[-1]
            found = []
            while time.monotonic() < ends:
                found += await closed_loop.send(session, url, clients=1, requests=1)
                await asyncio.sleep(0.02)
            return found

    async with serving(latency_s=0.005, stall_s=stall_s, stall_every_s=every_s) as server:
        rows, closed_ms = await asyncio.gather(
            send(reads(times), targets(server.url)), closed(server.url)
        )

    # A stall takes a fifth of the time, and each request in it waits until its end. The closed
    # loop sees one per stall, and those that this machine delays.
    half_ms = stall_s * 1000 / 2
    in_stall = sum(row.latency_ms > half_ms for row in rows)
    seen = sum(each > half_ms for each in closed_ms)
    assert outcomes(rows) == {Outcome.OK: 250}
    assert in_stall >= 20
    assert quantile(rows, 0.99, lambda row: row.latency_ms) > 0.8 * stall_s * 1000
    assert quantile(rows, 0.99, lambda row: row.service_ms) > 0.6 * stall_s * 1000
    assert seen <= math.ceil(times[-1] / every_s) + 4
    assert in_stall / len(rows) > 2 * seen / len(closed_ms)


async def test_requests_above_the_limit_are_dropped_and_never_wait():
    async with serving(latency_s=0.15) as server:
        rows = await send(reads(EVERY_10_MS), targets(server.url), max_in_flight=1)

    found = outcomes(rows)
    assert server.peak == 1
    assert found[Outcome.DROPPED] > found[Outcome.OK] > 1
    assert found.total() == len(rows)
    assert len(server.requests) == found[Outcome.OK]
    dropped = [row for row in rows if row.outcome is Outcome.DROPPED]
    assert {(row.sent_s, row.end_s, row.status) for row in dropped} == {(None, None, None)}


async def test_the_limit_is_per_target():
    (one,) = reads([0.0])
    both = [one, replace(one, number=1, backend=Backend.CONTAINERS)]
    async with serving(latency_s=0.05) as server:
        rows = await send(both, targets(server.url), max_in_flight=1)

    assert outcomes(rows) == {Outcome.OK: 2}


async def test_throttled_responses_are_counted_apart():
    async with serving(limit=15) as server:
        rows = await send(reads(EVERY_10_MS), targets(server.url))

    assert outcomes(rows) == {Outcome.OK: 15, Outcome.THROTTLED: 25}
    assert not errors(rows)
    assert {row.status for row in rows} == {200, 429}


async def test_random_errors_are_all_counted():
    async with serving(error_share=0.3, seed=3) as server:
        rows = await send(reads(EVERY_10_MS), targets(server.url))

    assert 0 < errors(rows)[ErrorClass.STATUS] < len(rows)
    assert Counter(row.status for row in rows) == server.statuses
    assert all((row.status == 500) == (row.outcome is Outcome.ERROR) for row in rows)


async def test_a_redirect_is_an_error_and_not_followed():
    async with serving(status=307, headers={"Location": "/elsewhere"}) as server:
        rows = await send(reads([0]), targets(server.url))

    assert [(row.outcome, row.error, row.status) for row in rows] == [("error", "status", 307)]
    assert len(server.requests) == 1


async def test_the_end_of_a_slow_body_counts():
    async with serving(body=b"x" * 1000, body_pause_s=0.1) as server:
        rows = await send(reads([0, 0.01]), targets(server.url))

    for row in rows:
        assert row.bytes == 1000
        assert row.end_s - row.first_byte_s >= 0.09
        assert row.outcome is Outcome.OK


async def test_a_compressed_body_counts_as_it_was_sent():
    async with serving(body=b"not gzip", headers={"Content-Encoding": "gzip"}) as server:
        (row,) = await send(reads([0]), targets(server.url))

    assert (row.outcome, row.bytes) == (Outcome.OK, 8)


async def test_a_closed_connection_is_an_error_and_nothing_is_sent_again():
    async with serving(close_share=0.3, seed=5) as server:
        rows = await send(reads(EVERY_10_MS), targets(server.url))

    assert errors(rows) == {ErrorClass.CLOSED: server.closed}
    assert server.closed > 0
    assert len(server.requests) == len(rows)


async def test_a_request_without_a_response_ends_at_the_time_limit():
    async with serving(latency_s=60) as server:
        rows = await send(reads([0, 0.01]), targets(server.url), timeout_s=0.1)

    assert errors(rows) == {ErrorClass.TIMEOUT: 2}
    assert {row.end_s for row in rows} == {None}


async def test_a_dead_backend_does_not_disturb_the_other():
    plan = planned(rate=100)
    async with serving() as server:
        rows = await send(plan.requests, targets(NOWHERE, server.url))

    for backend, expected in ((Backend.FUNCTIONS, Outcome.ERROR), (Backend.CONTAINERS, Outcome.OK)):
        assert {row.outcome for row in rows if row.backend is backend} == {expected}
    assert errors(rows).keys() == {ErrorClass.CONNECT}
    assert all(row.latency_ms is None for row in rows if row.backend is Backend.FUNCTIONS)


async def test_a_backend_that_dies_half_way_keeps_its_rows():
    async with serving(die_after=20) as server:
        rows = await send(reads(EVERY_10_MS), targets(server.url))

    assert outcomes(rows) == {Outcome.OK: 20, Outcome.ERROR: 20}
    assert errors(rows) == {ErrorClass.CLOSED: 20}
    assert [row.outcome for row in rows] == [Outcome.OK] * 20 + [Outcome.ERROR] * 20


async def test_what_needs_a_blog_that_was_not_created_is_skipped():
    plan = planned(mix=ALL, rate=100)
    async with serving(error_share=1) as server:
        rows = await send(plan.requests, targets(server.url))

    followers = {one.number for one in plan.requests if one.after is not None}
    assert followers
    for row in rows:
        assert (row.outcome is Outcome.SKIPPED) == (row.number in followers)
    assert len(server.requests) == len(rows) - len(followers)


async def test_a_mix_without_reads_only_writes():
    plan = planned(mix={Operation.POST: 1.0, Operation.DELETE: 1.0}, rate=100)
    async with serving() as server:
        rows = await send(plan.requests, targets(server.url))

    assert outcomes(rows) == {Outcome.OK: len(rows)}
    assert {method for method, *_ in server.requests} == {"POST", "DELETE"}


async def test_a_stop_keeps_the_rows_and_ends_what_is_in_flight():
    stop = asyncio.Event()
    times = [0, 0.01, 0.02, *itertools.repeat(3600, 5)]
    async with serving(latency_s=60) as server:
        sending = asyncio.ensure_future(send(reads(times), targets(server.url), stop=stop))
        await until(lambda: len(server.requests) == 3)
        stop.set()
        rows = await sending

    assert outcomes(rows) == {Outcome.STOPPED: 8}
    assert [row.sent_s is not None for row in rows] == [True] * 3 + [False] * 5


async def test_a_stop_before_the_first_request_sends_nothing():
    stop = asyncio.Event()
    stop.set()
    async with serving() as server:
        rows = await send(reads([0, 0.01]), targets(server.url), stop=stop)

    assert outcomes(rows) == {Outcome.STOPPED: 2}
    assert not server.requests


async def test_a_step_of_the_system_clock_changes_no_time(monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 0.0)
    async with serving() as server:
        rows = await send(reads(EVERY_10_MS), targets(server.url))

    assert all(0 <= row.planned_s <= row.sent_s <= row.end_s < 60 for row in rows)


@pytest.mark.parametrize(
    ("scheme", "expected"), [("http", ErrorClass.PROTOCOL), ("https", ErrorClass.TLS)]
)
async def test_a_server_that_speaks_something_else_is_named_by_the_layer(scheme, expected):
    async def answer(reader, writer):
        await reader.read(1)
        writer.write(b"SSH-2.0-OpenSSH_9.2p1\r\n")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        rows = await send(reads([0]), targets(f"{scheme}://127.0.0.1:{port}"))

    assert errors(rows) == {expected: 1}


async def test_a_fault_of_the_engine_is_not_hidden(monkeypatch):
    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("lab.load.engine.server_times", fail)
    async with serving() as server:
        with pytest.raises(ExceptionGroup):
            await send(reads([0, 0.01]), targets(server.url))
