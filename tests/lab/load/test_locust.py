"""Locust as an engine: a master and two workers, against a server of known behavior."""

import asyncio
import json
from collections import Counter
from importlib.util import find_spec

import pytest

from lab.backends import Backend
from lab.load.locust_log import InvalidLog, LocustLog
from lab.load.locust_run import LocustEngine
from lab.load.requests import http_request
from lab.load.run import LoadOptions
from lab.load.run import run as aiohttp_run
from lab.plan import Operation, Order, Plan, PlannedRequest
from lab.rows import ErrorClass, Outcome
from tests.lab.build import settings
from tests.lab.known_server import serving
from tests.lab.load.loads import planned, targets, until

FUNCTIONS, CONTAINERS = Backend.FUNCTIONS, Backend.CONTAINERS
FOLLOWERS = (Operation.READ, Operation.EDIT, Operation.DELETE)
WORKERS = 2
CAP = 12
BURST = 30
OPTIONS = LoadOptions(max_in_flight=CAP, timeout_s=10)
needs_locust = pytest.mark.skipif(
    find_spec("locust") is None, reason="Locust is not installed: run make setup"
)


def small_plan():
    """Return a plan of posts with followers, posts with a follower too early, and a burst."""
    requests = []

    def add(planned_s, backend, operation, after=None, blog=None):
        number = len(requests)
        blog = blog or f"lab-x-{number}"
        size = 300 if operation in {Operation.POST, Operation.EDIT} else 0
        requests.append(
            PlannedRequest(
                number=number,
                planned_s=planned_s,
                slot=0,
                backend=backend,
                operation=operation,
                id="" if operation is Operation.LIST else blog,
                after=after,
                body_bytes=size,
            )
        )
        return number, blog

    posts = [
        (backend, *add(0.02 * step, backend, Operation.POST))
        for step in range(3)
        for backend in (FUNCTIONS, CONTAINERS)
    ]
    too_early = [add(0.1, CONTAINERS, Operation.POST) for _ in range(2)]
    for number, blog in too_early:
        add(0.1, CONTAINERS, Operation.READ, number, blog)
    for step, operation in enumerate(FOLLOWERS):
        for backend, number, blog in posts:
            add(1.5 + 0.1 * step, backend, operation, number, blog)
    for _ in range(BURST):
        add(2.5, FUNCTIONS, Operation.LIST)
    return Plan(settings=settings(duration_s=3), slots=(), requests=requests)


async def run(plan, where, *, stop=None):
    return await LocustEngine(WORKERS).run(plan, where, OPTIONS, ignore, stop or asyncio.Event())


def ignore(progress):
    pass


@needs_locust
async def test_a_master_and_two_workers_send_every_request_of_the_plan_once():
    plan = small_plan()
    headers = {"Server-Timing": "app;dur=1.5, db;dur=0.5", "X-Served-By": "task-1"}
    async with serving(latency_s=0.01, headers=headers) as server:
        where = targets(server.url)
        log = await run(plan, where)
    rows = {row.number: row for row in log.rows}
    assert sorted(rows) == [request.number for request in plan.requests]
    sent = [request for request in plan.requests if rows[request.number].sent_s is not None]
    assert_as_the_other_engine(sent, where, server)
    assert_ordered(rows.values())
    assert_follow(plan, rows)
    burst = Counter(rows[each.number].outcome for each in plan.requests[-BURST:])
    assert set(burst) == {Outcome.OK, Outcome.DROPPED}
    assert burst[Outcome.OK] <= CAP
    assert sum(row.new_connection for row in rows.values()) == server.connections
    ok = [row for row in rows.values() if row.outcome is Outcome.OK]
    assert {(row.app_ms, row.db_ms, row.served_by) for row in ok} == {(1.5, 0.5, "task-1")}
    generator = log.generator
    assert (generator.engine, generator.processes, generator.failures) == ("locust", WORKERS, ())
    assert not generator.stopped
    assert generator.cpu_share > 0
    assert generator.peak_in_flight[FUNCTIONS] == CAP


def assert_as_the_other_engine(sent, where, server):
    """Both engines send the same requests."""
    expected = []
    for request in sent:
        http = http_request(request, where[request.backend])
        expected.append((http.method, http.path, http.body or b"", token_of(http.headers)))
    found = [
        (method, path, body, token_of(headers)) for method, path, headers, body in server.requests
    ]
    assert sorted(found) == sorted(expected)
    assert {headers["user-agent"] for _, _, headers, _ in server.requests} == {"blogs-lab"}
    assert not any("accept-encoding" in headers for _, _, headers, _ in server.requests)


def token_of(headers):
    return {name.lower(): each for name, each in headers.items()}.get("authorization", "").lower()


def assert_ordered(rows):
    for row in rows:
        if row.outcome is Outcome.OK:
            assert row.planned_s <= row.sent_s < row.first_byte_s <= row.end_s
            assert row.latency_ms >= row.service_ms


def assert_follow(plan, rows):
    """A request whose blog exists is sent. One that comes with its post is skipped."""
    followers = [request for request in plan.requests if request.after is not None]
    assert len(followers) == 6 * len(FOLLOWERS) + 2
    for request in followers:
        post, row = rows[request.after], rows[request.number]
        if post.planned_s == row.planned_s:
            assert row.outcome is Outcome.SKIPPED
        elif post.end_s < row.planned_s:  # always, unless the machine is very busy
            assert row.outcome is Outcome.OK


@needs_locust
@pytest.mark.sweep
@pytest.mark.parametrize("behavior", [{"close_share": 0.3}, {"error_share": 0.3}, {"limit": 30}])
async def test_both_engines_count_the_same_failures_and_send_nothing_again(behavior):
    plan = planned(order=Order.PARALLEL)
    found = []
    for send in (LocustEngine(WORKERS).run, aiohttp_run):
        async with serving(**behavior) as server:
            log = await send(plan, targets(server.url), LoadOptions(), ignore, asyncio.Event())
        assert len(server.requests) == len(plan.requests)
        found.append(Counter((row.outcome, row.error) for row in log.rows))
    assert found[0] == found[1]
    assert len(found[0]) == 2


@needs_locust
@pytest.mark.sweep
async def test_a_stop_ends_the_workers_and_keeps_the_rows():
    plan, stop = small_plan(), asyncio.Event()
    async with serving(latency_s=30) as server:
        asyncio.get_running_loop().create_task(stop_after_first(server, stop))
        log = await run(plan, targets(server.url), stop=stop)
    assert log.generator.stopped
    assert not log.generator.failures
    assert {row.outcome for row in log.rows} <= {Outcome.STOPPED, Outcome.SKIPPED, Outcome.DROPPED}
    assert any(row.sent_s is not None for row in log.rows)


async def stop_after_first(server, stop):
    await until(lambda: server.requests)
    stop.set()


START = {
    "blogs": "start",
    "started_at": "2026-11-29T01:00:00Z",
    "workers": 2,
    "versions": {"locust": "2.47.0"},
}
EXCHANGE = {
    "sent_s": 0.1,
    "first_byte_s": 0.2,
    "end_s": 0.3,
    "status": 200,
    "error": None,
    "bytes": 10,
    "new_connection": False,
    "server_timing": "",
    "served_by": "",
    "media_type": "",
    "body": "",
}


def report(worker, rows, cpu_share=None):
    counts = {"functions": 1, "containers": 2}
    values = {"rows": rows, "in_flight": counts, "peak_in_flight": counts, "cpu_share": cpu_share}
    return {"blogs": "report", "worker": worker, **values}


def log_of(*values):
    log = LocustLog(small_plan(), CAP)
    for each in values:
        log.add(f"{json.dumps(each)}\n")
    return log


@pytest.mark.parametrize(
    ("exchange", "outcome", "error"),
    [
        ({"status": 201}, Outcome.OK, None),
        ({"status": 200}, Outcome.ERROR, ErrorClass.STATUS),
        ({"status": 429}, Outcome.THROTTLED, None),
        (
            {"status": 503, "media_type": "application/json", "body": '{"message": "no"}'},
            Outcome.THROTTLED,
            None,
        ),
        (
            {"status": 503, "media_type": "application/problem+json", "body": "{}"},
            Outcome.ERROR,
            ErrorClass.STATUS,
        ),
        ({"status": None, "error": "closed", "end_s": None}, Outcome.ERROR, ErrorClass.CLOSED),
        ({"status": 201, "error": "timeout", "end_s": None}, Outcome.ERROR, ErrorClass.TIMEOUT),
    ],
)
def test_a_reported_response_has_the_outcome_of_the_other_engine(exchange, outcome, error):
    row = log_of(START, report(0, [[0, None, EXCHANGE | exchange]])).run_log().rows[0]
    assert (row.outcome, row.error) == (outcome, error)


def test_requests_that_nobody_reported_are_stopped_and_a_missing_worker_is_named():
    log = log_of(START, report(0, [[0, "dropped", None]], cpu_share=0.5)).run_log()
    assert Counter(row.outcome for row in log.rows)[Outcome.STOPPED] == len(log.rows) - 1
    assert log.generator.failures == ("1 of 2 Locust workers ended early.",)
    assert log.generator.cpu_share == 0.5


def test_lines_of_locust_itself_are_ignored():
    log = LocustLog(small_plan(), CAP)
    log.add("Type     Name  # reqs\n")
    assert not log.started_at


@pytest.mark.parametrize(
    "line",
    [
        '{"blogs": ',
        '{"blogs": "report"}',
        json.dumps(report(0, [[9999, "dropped", None]])),
        json.dumps(report(0, [[0, "unknown", None]])),
        json.dumps(report(0, [[0, "dropped", None], [0, "dropped", None]])),
    ],
)
def test_a_damaged_or_foreign_line_is_an_error(line):
    with pytest.raises(InvalidLog):
        LocustLog(small_plan(), CAP).add(line)
