"""Runs of the lab and their figures, for the tests of the screens."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from lab.backends import Backend
from lab.plan import Operation, Plan, PlannedRequest, PlanSettings, Slot
from lab.results import Environment, GeneratorLog, Results, Run
from lab.rows import Outcome, Row
from lab.summary import (
    QUANTILES,
    BackendFigures,
    Blocks,
    Difference,
    Distribution,
    Quantile,
    Share,
    Summary,
    Support,
    Verdict,
)

F, C = Backend.FUNCTIONS, Backend.CONTAINERS
START_S = 3.0
SETTINGS = PlanSettings(
    run_id="lab-test",
    seed=1,
    rate=25,
    duration_s=60,
    mix={Operation.READ: 70, Operation.LIST: 20, Operation.POST: 10},
)
SLOTS = [
    Slot(
        number=number,
        backends=[F if number % 4 in {0, 3} else C],
        start_s=START_S + 2.5 * number,
        end_s=START_S + 2.5 * (number + 1),
        rate=25,
    )
    for number in range(24)
]
ENVIRONMENT = Environment(
    command="blogs compare",
    started_at="2026-11-25T12:00:00Z",
    versions={},
    urls={F: "http://127.0.0.1:1/Prod", C: "http://127.0.0.1:1"},
    stack="local",
    is_local=True,
)
GENERATOR = GeneratorLog(
    engine="aiohttp", processes=1, cpu_share=0.1, max_in_flight=256, peak_in_flight={F: 3, C: 2}
)


def row(
    backend: Backend,
    at: float,
    ms: float | None = None,
    *,
    number: int = 0,
    outcome: Outcome = Outcome.OK,
    slot: int = 0,
    sent: bool = True,
) -> Row:
    """Return the row of a request that was planned *at* seconds after the warm-up."""
    planned = START_S + at
    return Row(
        number=number,
        backend=backend,
        operation=Operation.READ,
        slot=slot,
        planned_s=planned,
        sent_s=planned if sent else None,
        end_s=None if ms is None else planned + ms / 1000,
        outcome=outcome,
    )


def rows(seed: int = 1) -> list[Row]:
    """Return the rows of 60 seconds with slots A B B A: functions take about twice as long."""
    source = random.Random(seed)  # noqa: S311 -- the same rows each time
    found = []
    for slot in range(24):
        backend = F if slot % 4 in {0, 3} else C
        for request in range(62):
            ms = source.lognormvariate(2.5 if backend is F else 1.8, 0.5)
            at = 2.5 * slot + request / 25
            found.append(row(backend, at, ms, number=len(found), slot=slot))
    return found


def plan() -> Plan:
    """Return a plan with the times of `rows`."""
    requests = [
        PlannedRequest(
            number=one.number,
            planned_s=one.planned_s,
            slot=one.slot,
            backend=one.backend,
            operation=one.operation,
        )
        for one in rows()
    ]
    return Plan(settings=SETTINGS, slots=SLOTS, requests=requests)


def run(found: Sequence[Row] | None = None) -> Run:
    return Run(
        settings=SETTINGS,
        slots=SLOTS,
        environment=ENVIRONMENT,
        generator=GENERATOR,
        rows=rows() if found is None else found,
    )


def distribution(*values: float | None, support: Support = Support.FULL) -> Distribution:
    """Return a distribution with the quantiles in their order; missing ones have no support."""
    padded = [*values, *[None] * len(QUANTILES)]
    known = {
        name: Quantile(value=value, support=Support.NONE if value is None else support)
        for name, value in zip(QUANTILES, padded, strict=False)
    }
    return Distribution(count=744, quantiles=known, max=values[-1] if values else None)


NOTHING = distribution()


def figures(backend: Backend, latency: Distribution, **counts: int) -> BackendFigures:
    known = {"planned": 744, "sent": 744, "ok": 744}
    known |= {"throttled": 0, "errors": 0, "dropped": 0, "skipped": 0, "new_connections": 8}
    return BackendFigures(
        backend=backend,
        error_classes={},
        statuses={200: 744},
        asked_per_s=24.8,
        achieved_per_s=24.8,
        latency=latency,
        service=latency,
        warm=latency,
        cold=NOTHING,
        cold_share=Share(count=0, of=744, value=0.0, low=0.0, high=0.004),
        operations={},
        server_ms={},
        **(known | counts),
    )


def summary(
    backends: Mapping[Backend, BackendFigures] | None = None,
    *,
    reasons: Sequence[str] = (),
    notes: Sequence[str] = ("Tasks: one task sent all responses.",),
) -> Summary:
    known = backends or {
        F: figures(F, distribution(12.2, 23.4, 28.2, 41.0)),
        C: figures(C, distribution(6.0, 11.3, 13.9, 20.05)),
    }
    return Summary(
        backends=known,
        differences=[
            Difference(
                quantile="p50",
                value=6.2,
                low=5.1,
                high=7.3,
                faster=C,
                sentence="containers faster at p50 by 6.2 ms (5.1 to 7.3)",
            ),
            Difference(
                quantile="p99",
                value=20.9,
                low=-3.0,
                high=44.0,
                faster=None,
                sentence="no difference shown at p99",
            ),
        ],
        blocks=Blocks(count=6, seconds=10, lag1=0.05, seed=1, draws=2000, note=""),
        verdict=Verdict(reasons=reasons, lateness={}, cpu_share=0.1),
        notes=notes,
    )


def results(one: Run | None = None) -> Results:
    return Results(runs=[one or run()])
