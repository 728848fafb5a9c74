"""Rows, runs and results made by hand or drawn at random."""

import functools
import math
import random

from lab.backends import Backend
from lab.plan import WARM_UP_SLOT, Operation, PlanSettings
from lab.plan_maker import make_plan
from lab.results import Environment, GeneratorLog, Results, Run
from lab.rows import Outcome, Row

FUNCTIONS, CONTAINERS = Backend.FUNCTIONS, Backend.CONTAINERS


def row(number=0, backend=FUNCTIONS, latency_ms=20.0, *, planned_s=0.0, late_ms=0.0, **fields):
    """Return the row of a successful request, or of what *fields* say."""
    sent_s = planned_s + late_ms / 1000
    end_s = planned_s + latency_ms / 1000
    given = {
        "operation": Operation.READ,
        "slot": 0,
        "sent_s": sent_s,
        "first_byte_s": end_s,
        "end_s": end_s,
        "outcome": Outcome.OK,
        "status": 200,
        "bytes": 1000,
    }
    return Row(number=number, backend=backend, planned_s=planned_s, **(given | fields))


def failed(number=0, backend=FUNCTIONS, outcome=Outcome.ERROR, **fields):
    """Return the row of a request without a complete response."""
    nothing = {"end_s": None, "first_byte_s": None, "status": None, "bytes": 0, "outcome": outcome}
    if outcome in {Outcome.DROPPED, Outcome.SKIPPED}:
        nothing["sent_s"] = None
    return row(number, backend, **(nothing | fields))


def settings(**fields):
    given = {
        "run_id": "test",
        "seed": 7,
        "rate": 50.0,
        "duration_s": 60.0,
        "mix": {Operation.LIST: 1.0},
        "warm_up_s": 0.0,
    }
    return PlanSettings(**(given | fields))


def environment(**fields):
    given = {
        "command": "blogs compare",
        "started_at": "2026-11-29T00:00:00Z",
        "versions": {"python": "3.13"},
        "urls": {FUNCTIONS: "http://functions.test", CONTAINERS: "http://containers.test"},
        "is_local": True,
    }
    return Environment(**(given | fields))


def generator(**fields):
    given = {
        "engine": "aiohttp",
        "processes": 1,
        "cpu_share": 0.1,
        "max_in_flight": 256,
        "peak_in_flight": {FUNCTIONS: 4, CONTAINERS: 3},
    }
    return GeneratorLog(**(given | fields))


def run(rows=(), *, planned=None, **fields):
    given = {
        "settings": planned or settings(),
        "environment": environment(),
        "generator": generator(),
        "rows": tuple(rows),
    }
    if "slots" not in fields:
        given["slots"] = tuple(make_plan(planned).slots) if planned else _default_slots()
    return Run(**(given | fields))


@functools.cache
def _default_slots():
    return tuple(make_plan(settings()).slots)


def results(*runs, **fields):
    return Results(runs=runs, **fields)


def drawn_run(seed=7, *, slower_ms=0.0, cold_share=0.0, noise=0.0, planned=None, **fields):
    """Return a run with random latencies about 20 ms; functions take *slower_ms* longer.

    With *noise*, each backend is slower and faster for seconds.
    """
    plan = make_plan(planned or settings(seed=seed, duration_s=120.0))
    chance = random.Random(seed)  # noqa: S311
    lasting = {backend: _lasting(chance, noise, plan.end_s) for backend in Backend if noise}
    rows = []
    for request in plan.requests:
        is_cold = request.backend is FUNCTIONS and chance.random() < cold_share
        latency = chance.lognormvariate(3, 0.4) + 400 * is_cold
        if lasting:
            latency *= math.exp(lasting[request.backend][int(request.planned_s)])
        latency += slower_ms if request.backend is FUNCTIONS else 0
        rows.append(
            row(
                request.number,
                request.backend,
                latency,
                planned_s=request.planned_s,
                late_ms=chance.uniform(0, 0.5),
                slot=request.slot,
                operation=request.operation,
                init_ms=400.0 if is_cold else None,
                app_ms=latency / 2,
            )
        )
    return run(rows, planned=plan.settings, slots=tuple(plan.slots), **fields)


def _lasting(chance, spread, seconds):
    """Return noise that forgets itself over about five seconds, one value for each second."""
    values = [chance.gauss(0, spread)]
    for _ in range(int(seconds) + 1):
        values.append(0.8 * values[-1] + chance.gauss(0, 0.6 * spread))
    return values


def warm_up_row(number=0, backend=FUNCTIONS, latency_ms=500.0):
    return row(number, backend, latency_ms, slot=WARM_UP_SLOT)
