"""Short plans, and runs of them without a process."""

import asyncio
import time

from lab.backends import Backend, Target
from lab.load.engine import Engine, Limits
from lab.plan import Arrivals, Operation, PlannedRequest, PlanSettings
from lab.plan_maker import make_plan

TOKEN = "the-write-token"
READS = {Operation.READ: 1.0}
ALL = dict.fromkeys(Operation, 1.0)


def planned(**changes):
    """Return a plan with one cycle of short slots and almost no warm-up."""
    values = {
        "run_id": "r1",
        "seed": 7,
        "rate": 200,
        "duration_s": 0.4,
        "slot_s": 0.1,
        "warm_up_s": 0,
        "mix": {Operation.LIST: 1.0},
        "arrivals": Arrivals.CONSTANT,
    }
    return make_plan(PlanSettings(**{**values, **changes}))


def reads(times, backend=Backend.FUNCTIONS):
    """Return a list request at each of *times*."""
    return [
        PlannedRequest(
            number=number, planned_s=time, slot=0, backend=backend, operation=Operation.LIST
        )
        for number, time in enumerate(times)
    ]


def targets(url, other=None):
    urls = {Backend.FUNCTIONS: url, Backend.CONTAINERS: other or url}
    return {
        backend: Target(backend=backend, url=each, token=TOKEN) for backend, each in urls.items()
    }


async def send(requests, where, *, max_in_flight=256, timeout_s=60, stop=None):
    """Send *requests* in this process; return the rows by number."""
    rows = []
    limits = Limits(max_in_flight=max_in_flight, timeout_s=timeout_s)
    engine = Engine(requests, where, limits, rows.append)
    await engine.run(time.monotonic(), stop or asyncio.Event())
    assert sorted(row.number for row in rows) == sorted(one.number for one in requests)
    return sorted(rows, key=lambda row: row.number)


async def until(condition):
    """Wait for *condition*. The limit is for a condition that never comes true."""
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.02)


def quantile(rows, share, of):
    values = sorted(of(row) for row in rows)
    return values[min(len(values) - 1, int(len(values) * share))]
