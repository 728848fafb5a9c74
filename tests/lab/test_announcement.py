"""What a comparison announces before it sends anything."""

from __future__ import annotations

import dataclasses

import pytest

from lab.announcement import announce, duration
from lab.backends import Backend
from lab.plan import Operation, PlanSettings
from lab.plan_maker import make_plan

PLAN = make_plan(
    PlanSettings(run_id="test", seed=1, rate=50, duration_s=60, mix={Operation.READ: 1})
)


def announced(**changes):
    given = {"runs": 1, "region": "us-east-1", "is_local": False} | changes
    return announce(PLAN, {"FunctionMemory": 442, "Architecture": "arm64"}, **given)


def test_the_counts_are_those_of_the_plan_and_of_all_runs():
    one, three = announced(), announced(runs=3)

    assert one.requests == {
        b: sum(request.backend is b for request in PLAN.requests) for b in Backend
    }
    assert three.requests == {b: 3 * count for b, count in one.requests.items()}
    assert three.posts == 3 * sum(r.operation is Operation.POST for r in PLAN.requests)
    assert "in 3 runs" in three.sentence


def test_the_cost_is_that_of_the_requests():
    found = dataclasses.replace(PLAN, requests=list(PLAN.requests) * 100)
    invocations = sum(r.backend is Backend.FUNCTIONS for r in found.requests)
    writes = sum(r.operation is Operation.POST for r in found.requests)
    reads = len(found.requests) - writes
    gb_seconds = invocations * 0.03 * 442 / 1024

    usd = announce(
        found,
        {"FunctionMemory": 442, "Architecture": "arm64"},
        runs=1,
        region="us-east-1",
        is_local=False,
    ).usd

    expected = (
        invocations * 1.20e-6 + gb_seconds * 0.0000133334 + reads * 0.125e-6 + writes * 0.625e-6
    )
    assert usd == pytest.approx(expected)


def test_a_local_cloud_costs_nothing_and_an_unknown_region_has_no_price():
    assert announced(is_local=True).usd == 0
    assert "costs nothing (local cloud)" in announced(is_local=True).sentence
    assert "unknown amount (no prices for mars-1)" in announced(region="mars-1").sentence
    assert "less than 0.01 USD" in announced(region="").sentence


@pytest.mark.parametrize(("seconds", "words"), [(67.3, "67 seconds"), (2404, "40 minutes")])
def test_a_duration_is_in_seconds_or_minutes(seconds, words):
    assert duration(seconds) == words
