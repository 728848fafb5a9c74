"""Every result has a readable report: few or many requests, any order, any latency."""

import random
import re
from dataclasses import replace

import pytest

from lab.analysis import analyse
from lab.backends import Backend
from lab.cost.of_results import report_of
from lab.plan import Operation, Order, Slot
from lab.report.html import render
from lab.results import Results
from lab.rows import ErrorClass, Outcome, Row
from tests.lab.report import example
from tests.lab.report.page import Page, unreadable

SLOW = 30_000  # in ms: no client waits longer
SEEDS = [
    pytest.param(seed, marks=() if seed < 8 else pytest.mark.sweep, id=str(seed))
    for seed in range(400)
]


def drawn(seed):
    """Return results that are drawn at random."""
    source = random.Random(seed)  # noqa: S311 -- a sample, not a secret
    order = source.choice(list(Order))
    rates = sorted({source.choice([0.5, 3.0, 10.0, 1000.0, 12345.678]) for _ in range(5)})
    slots = list(_slots(source, order, rates))
    median = source.choice([0.0, 1e-3, 1.0, 50.0, 1000.0])
    rows = [
        _row(source, number, slot, backend, median)
        for slot in slots
        for backend in slot.backends
        for number in range(source.choice([0, 1, 3, 50, 120]))
    ]
    run = example.run_of(rows, region=source.choice(["us-east-1", "eu-west-1", ""]))
    settings = replace(run.settings, order=order, ramp=rates if order is Order.RAMP else ())
    runs = [replace(run, slots=slots, settings=settings)] * source.choice([1, 1, 1, 3])
    target = source.choice(["", "p95<1ms", "p99<200ms", "max<10s"]) if order is Order.RAMP else ""
    return Results(runs=runs, target=target, strict=source.random() < 0.3)


def _slots(source, order, rates):
    length = source.choice([0.01, 0.5, 2.5, 60.0, 3600.0])
    steps = [(one, rate) for one in Backend for rate in rates]
    for number in range(len(steps) if order is Order.RAMP else source.randint(1, 40)):
        sides = list(Backend) if order is Order.PARALLEL else [example.ABBA[number % 4]]
        rate = None if order is Order.BURST else rates[0]
        if order is Order.RAMP:
            sides, rate = [steps[number][0]], steps[number][1]
        start = 3 + number * length
        yield Slot(number=number, backends=sides, start_s=start, end_s=start + length, rate=rate)


def _row(source, number, slot, backend, median):
    at = source.uniform(slot.start_s, slot.end_s)
    latency = min(median * source.lognormvariate(0, 1), SLOW)
    outcome = source.choices(list(Outcome), [80, 3, 3, 2, 2, 2])[0]
    responded = outcome in {Outcome.OK, Outcome.THROTTLED}
    return Row(
        number=number,
        backend=backend,
        operation=source.choice(list(Operation)),
        slot=slot.number,
        planned_s=at,
        sent_s=at if responded else None,
        end_s=at + latency / 1000 if responded else None,
        outcome=outcome,
        status=200 if responded else None,
        error=source.choice(list(ErrorClass)) if outcome is Outcome.ERROR else None,
        app_ms=source.choice([None, latency / 2]),
        db_ms=source.choice([None, 0.0, latency / 3]),
        init_ms=latency / 3 if source.random() < 0.1 else None,
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_a_report_is_small_and_readable_and_has_no_broken_number(seed):
    results = drawn(seed)
    summary = analyse(results)

    html = render(results, summary, report_of(results, summary) if seed % 4 == 0 else None)

    assert len(html.encode()) < 300_000
    assert not re.search(r"\b(nan|inf)\b", html.partition("</head>")[2], re.IGNORECASE)
    assert unreadable(Page(html)) == []
