"""Results as a run makes them, from a seed."""

import random
from itertools import count

from lab.backends import Backend
from lab.plan import WARM_UP_SLOT, Arrivals, Operation, Order, PlanSettings, Slot
from lab.results import Environment, GeneratorLog, Results, Run
from lab.rows import ErrorClass, Outcome, Row

MIX = {
    Operation.READ: 70.0,
    Operation.LIST: 20.0,
    Operation.POST: 4.0,
    Operation.EDIT: 3.0,
    Operation.DELETE: 3.0,
}
WARM_UP_S = 3.0
ABBA = (Backend.FUNCTIONS, Backend.CONTAINERS, Backend.CONTAINERS, Backend.FUNCTIONS)


def results(*, rate=50.0, duration_s=60.0, seed=7, order=Order.ABBA, **changes):
    """Return one run in slots of 2.5 s. *changes* replace fields of the environment."""
    settings = PlanSettings(
        run_id="run-7f3a",
        seed=seed,
        rate=rate,
        duration_s=duration_s,
        mix=MIX,
        order=order,
        arrivals=Arrivals.POISSON,
    )
    slots = [
        Slot(number=number, backends=sides, start_s=start, end_s=start + 2.5, rate=rate)
        for number, sides, start in _slots(duration_s, order)
    ]
    return Results(runs=[_run(settings, slots, **changes)])


def ramp(rates=(50.0, 100.0, 150.0, 200.0, 250.0, 300.0), step_s=4.0, target="p95<45ms"):
    """Return a run whose rate rises in steps, of one backend after the other."""
    settings = PlanSettings(
        run_id="run-ramp",
        seed=3,
        rate=rates[0],
        duration_s=2 * step_s * len(rates),
        mix=MIX,
        order=Order.RAMP,
        slot_s=step_s,
        ramp=rates,
    )
    steps = [(backend, rate) for backend in Backend for rate in rates]
    slots = [
        Slot(
            number=number,
            backends=[backend],
            start_s=WARM_UP_S + number * step_s,
            end_s=WARM_UP_S + (number + 1) * step_s,
            rate=rate,
        )
        for number, (backend, rate) in enumerate(steps)
    ]
    return Results(runs=[_run(settings, slots)], target=target)


def _slots(duration_s, order):
    for number in range(int(duration_s / 2.5)):
        sides = list(Backend) if order is Order.PARALLEL else [ABBA[number % 4]]
        yield number, sides, WARM_UP_S + number * 2.5


def run_of(rows, **changes):
    """Return a run of given rows, in two slots."""
    settings = PlanSettings(run_id="run-1", seed=1, rate=10.0, duration_s=5.0, mix=MIX)
    slots = [
        Slot(
            number=number,
            backends=[one],
            start_s=3 + 2.5 * number,
            end_s=5.5 + 2.5 * number,
            rate=10,
        )
        for number, one in enumerate(Backend)
    ]
    return Run(
        settings=settings,
        slots=slots,
        environment=environment(**changes),
        generator=generator(),
        rows=rows,
    )


def environment(**changes):
    fields = {
        "command": "blogs compare --rate 50 --duration 60 --mix read=70,list=20,write=10"
        " --json results.json --html report.html",
        "started_at": "2026-11-29T00:16:19Z",
        "versions": {"blogs": "0.1.0", "python": "3.11.7", "aiohttp": "3.14.5"},
        "urls": {
            Backend.FUNCTIONS: "https://abc123.execute-api.eu-west-1.amazonaws.com",
            Backend.CONTAINERS: "http://blog-prod-123456789.eu-west-1.elb.amazonaws.com",
        },
        "stack": "prod",
        "region": "eu-west-1",
    }
    return Environment(**{**fields, **changes})


def generator():
    return GeneratorLog(
        engine="aiohttp",
        processes=1,
        cpu_share=0.21,
        max_in_flight=256,
        peak_in_flight={Backend.FUNCTIONS: 19, Backend.CONTAINERS: 11},
        capacity_per_s=4100.0,
    )


def _run(settings, slots, **changes):
    source = random.Random(settings.seed)  # noqa: S311 -- a sample, not a secret
    numbers = count()
    rows = [
        _row(source, next(numbers), slot, backend, at)
        for slot in slots
        for backend in slot.backends
        for at in _times(source, slot)
    ]
    warm_up = [
        _row(source, next(numbers), None, backend, source.uniform(0, WARM_UP_S))
        for backend in Backend
        for _ in range(20)
    ]
    return Run(
        settings=settings,
        slots=slots,
        environment=environment(**changes),
        generator=generator(),
        rows=[*warm_up, *rows],
    )


def _times(source, slot):
    at = slot.start_s
    while (at := at + source.expovariate(slot.rate)) < slot.end_s:
        yield at


def _row(source, number, slot, backend, at):
    is_functions = backend is Backend.FUNCTIONS
    load = (slot.rate if slot else 50) / (700 if is_functions else 320)
    app = source.lognormvariate(2.2 if is_functions else 1.9, 0.35)
    init = source.uniform(380, 650) if is_functions and source.random() < 0.008 else None
    waiting = source.expovariate(1 / (3 + 40 * load**3)) + (9 if is_functions else 4)
    sent = at + source.expovariate(4000)
    end = sent + (app + waiting + (init or 0)) / 1000
    fields = {
        "number": number,
        "backend": backend,
        "operation": source.choices(list(MIX), list(MIX.values()))[0],
        "slot": slot.number if slot else WARM_UP_SLOT,
        "planned_s": at,
    }
    answered = {
        "sent_s": sent,
        "first_byte_s": end - 0.0005,
        "end_s": end,
        "bytes": 4096,
        "app_ms": app,
        "db_ms": app * 0.6,
        "init_ms": init,
        "served_by": backend.value,
    }
    draw = source.random()
    if draw < 0.002:
        return Row(**fields, outcome=Outcome.THROTTLED, status=429, **answered)
    if draw < 0.004:
        return Row(**fields, outcome=Outcome.ERROR, sent_s=sent, error=ErrorClass.CLOSED)
    if draw < 0.005 * load * 3:
        return Row(**fields, outcome=Outcome.DROPPED)
    return Row(**fields, outcome=Outcome.OK, status=200, **answered)
