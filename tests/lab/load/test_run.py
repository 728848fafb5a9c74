"""Runs with load processes."""

import asyncio

from lab.load.run import LoadOptions, run
from lab.plan import Operation
from lab.rows import Outcome
from tests.lab.known_server import created_ids, serving
from tests.lab.load.loads import ALL, planned, targets


async def test_two_processes_send_every_request_once():
    plan = planned(mix=ALL, rate=100)
    seen = []
    async with serving() as server:
        log = await run(
            plan, targets(server.url), LoadOptions(processes=2), seen.append, asyncio.Event()
        )

    assert [row.number for row in log.rows] == [each.number for each in plan.requests]
    assert {row.outcome for row in log.rows} == {Outcome.OK}
    posts = [each.id for each in plan.requests if each.operation is Operation.POST]
    assert sorted(created_ids(server)) == sorted(posts)
    assert len(server.requests) == len(plan.requests)
    assert sorted(row.number for each in seen for row in each.rows) == list(range(len(log.rows)))
    assert {each.duration_s for each in seen} == {plan.end_s}
    assert log.generator.processes == 2
    assert log.generator.cpu_share > 0
    assert min(log.generator.peak_in_flight.values()) >= 1
    assert (log.generator.stopped, log.generator.failures) == (False, ())
