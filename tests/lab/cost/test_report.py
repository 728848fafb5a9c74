"""The full calculation: curve, band, sensitivity and sentences."""

from dataclasses import replace
from decimal import Decimal

import pytest

from lab.backends import Backend
from lab.cost import assumptions
from lab.cost.break_even import crossings
from lab.cost.errors import CostError
from lab.cost.inputs import FreeTier, Inputs
from lab.cost.model import exact
from lab.cost.report import Intervals, cost_report
from lab.cost.sensitivity import influences
from lab.cost.traffic import Traffic, parse_day
from lab.cost.words import (
    assumption_sentences,
    crossing_sentences,
    warning_sentences,
)
from lab.report.cost import cost_section
from tests.lab.cost.build import DAY, US_EAST_1, inputs

D = Decimal
GIVEN = inputs(1_000_000, cold="0.001", saturation=8)


@pytest.fixture(scope="module")
def report():
    return cost_report(
        GIVEN,
        US_EAST_1,
        Intervals(billed_ms=(D(25), D(40)), saturation_per_s=(D(7), D(9))),
    )


def test_the_curve_has_the_exact_costs_at_the_traffic_and_at_each_crossing(report):
    points = {point.requests: point for point in report.curve}

    assert {1_000_000, 18_577_748, 21_024_000, 21_024_001, 24_785_098} <= points.keys()
    for requests in (1_000_000, 24_785_098):
        there = replace(GIVEN, traffic=Traffic.constant(requests))
        point = points[requests]
        assert point.functions_usd == exact(Backend.FUNCTIONS, there, US_EAST_1)
        assert point.containers_usd == exact(Backend.CONTAINERS, there, US_EAST_1)


def test_the_curve_lies_within_its_bounds(report):
    for point in report.curve:
        assert point.functions_range[0] <= point.functions_usd <= point.functions_range[1]
        assert point.containers_range[0] <= point.containers_usd <= point.containers_range[1]
    assert report.curve[-1].functions_range[0] < report.curve[-1].functions_range[1]


def test_the_band_has_the_crossings_at_both_ends_of_the_intervals(report):
    earliest, latest = report.band.earliest.last, report.band.latest.last

    assert earliest.requests < report.break_even.last.requests < latest.requests
    assert cost_report(GIVEN, US_EAST_1).band is None


def test_one_and_two_tasks_stand_side_by_side(report):
    last = {count: result.last.requests for count, result in report.by_tasks.items()}

    assert last == {1: 24_785_098, 2: 24_785_098}
    assert len(report.by_tasks[1].crossings) == 3
    assert len(report.by_tasks[2].crossings) == 1


def test_the_longest_bar_of_the_sensitivity_comes_first(report):
    bars = {bar.name: bar for bar in report.sensitivity}
    spans = [bar.span_usd for bar in report.sensitivity]

    assert spans == sorted(spans, reverse=True)
    assert {
        "memory of a function",
        "billed duration",
        "cold starts",
        "size of a task",
        "minimum number of tasks",
        "requests that a task can handle",
        "HTTP API requests (functions)",
        "custom metrics (functions)",
    } <= bars.keys()
    gateway = bars["HTTP API requests (functions)"]
    assert gateway.high.difference_usd - gateway.low.difference_usd == 1  # USD for a million
    assert gateway.low.break_even > gateway.high.break_even
    balancer = bars["load balancer hours (containers)"]
    assert balancer.low.difference_usd - balancer.high.difference_usd == D("16.425")
    memory = bars["memory of a function"]
    assert (memory.low.label, memory.high.label) == ("128 MB", "512 MB")
    assert memory.low.difference_usd < memory.high.difference_usd


@pytest.mark.parametrize(
    ("task", "low", "high"),
    [
        ("0.25/0.5", "0.25 vCPU, 0.5 GB", "0.5 vCPU, 1 GB"),
        ("0.5/1", "0.25 vCPU, 0.5 GB", "1 vCPU, 2 GB"),
        ("0.5/4", "0.25 vCPU, 2 GB", "1 vCPU, 8 GB"),
        ("1/3", "0.5 vCPU, 1 GB", "2 vCPU, 6 GB"),
        ("16/120", "8 vCPU, 60 GB", "16 vCPU, 120 GB"),
        ("3/8", "2 vCPU, 5 GB", "4 vCPU, 11 GB"),
    ],
)
def test_the_sensitivity_has_only_tasks_that_fargate_offers(task, low, high):
    bars = {bar.name: bar for bar in influences(inputs(1, task=task), US_EAST_1)}
    size = bars["size of a task"]

    assert (size.low.label, size.high.label) == (low, high)


def test_tasks_that_can_handle_almost_nothing_give_a_curve():
    given = assumptions.change(inputs(1, saturation="1e-6"), "containers.target", "1e-6")
    report = cost_report(given, US_EAST_1)

    assert [point.requests for point in report.curve] == [1]
    assert "cost" in cost_section(report)


def test_sentences_name_every_crossing(report):
    idle, *others = crossing_sentences(report.break_even)

    assert idle == "Without requests, functions cost 0.00 USD a month and containers 34.60 USD."
    assert others[0] == (
        "From 18,577,748 requests a month (7.07/s), containers are cheaper: functions 39.61 USD, "
        "containers 39.61 USD."
    )
    assert [one.partition(":")[0] for one in others[1:]] == [
        "From 21,024,001 requests a month (8.00/s), functions are cheaper",
        "From 24,785,098 requests a month (9.43/s), containers are cheaper",
    ]
    never = crossing_sentences(crossings(inputs(saturation="0.1"), US_EAST_1))
    assert never[1] == (
        "The costs never cross: functions are cheaper up to 1,314,000,000 requests a month, where "
        "the calculation ends."
    )


def test_the_assumptions_name_what_they_are_made_of():
    def text(given_inputs):
        return " ".join(assumption_sentences(given_inputs, US_EAST_1))

    assert "1 task with 0.25 vCPU and 0.5 GB run" in text(inputs(1))
    assert "This stack has no NAT gateway" in text(inputs(1))
    assert "256 MB (arm64), 30 ms are billed" in text(inputs(1))
    assert "1 % of the requests are cold starts with 400 ms" in text(inputs(1))
    assert "can handle 8 requests/s" in text(GIVEN)
    assert "AWS measured 109 s" in text(GIVEN)
    assert "5/s for 20 h, 200/s for 4 h" in text(inputs(traffic=DAY))
    assert "20,000/s for 12 h, 0.5/s for 12 h" in text(
        inputs(traffic=parse_day("20000x12h,0.5x12h"))
    )
    assert "as if nothing else used it" in text(inputs(1, free_tier=FreeTier.ALWAYS))
    spot = replace(
        GIVEN,
        containers=replace(GIVEN.containers, spot_share=D("0.5"), spot_discount=D("0.7")),
        functions=replace(GIVEN.functions, provisioned=2),
    )
    assert "50 % of the task hours run on Fargate Spot, 70 % cheaper" in text(spot)
    assert "keeps 2 environments ready" in text(spot)
    assert "SnapStart keeps snapshots of the 5 functions" in text(inputs(1, snap_start=True))


def test_warnings_name_what_makes_the_comparison_unfair():
    (zones, sizes) = warning_sentences(inputs(1))

    assert "One task has no zone redundancy" in zones
    assert "0.14 vCPU and a task 0.25" in sizes
    assert warning_sentences(_equal(tasks=2)) == []
    (_, odd, _) = warning_sentences(inputs(1, task="0.25/4"))
    assert odd.startswith("Fargate has no task with 0.25 vCPU and 4 GB: with 0.25 vCPU it has from")
    assert "Fargate has no task with 3 vCPU" in warning_sentences(inputs(1, task="3/8"))[1]
    assert "more than maxTasks" in warning_sentences(inputs(traffic=DAY, saturation=36))[0]


def _equal(tasks):
    given_inputs = inputs(1, tasks=tasks)
    return replace(given_inputs, functions=replace(given_inputs.functions, memory_mb=442))


DEFAULT = Inputs(traffic=Traffic.constant(1))


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("functions.memory_mb", "512", 512),
        ("functions.cold_share", "0.1%", D("0.001")),
        ("functions.snap_start", "true", True),
        ("containers.saturation_per_s", "40", D(40)),
        ("containers.min_tasks", "2", 2),
        ("shared.read_units", "1.5", D("1.5")),
    ],
)
def test_every_assumption_can_be_changed_by_its_name(name, text, value):
    changed = assumptions.change(DEFAULT, name, text)

    before, after = assumptions.values(DEFAULT), assumptions.values(changed)
    assert {key for key in after if after[key] != before[key]} == {name}
    assert after[name] == value


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("functions.memory", "512", "Did you mean functions.memory_mb"),
        ("x", "1", "There is no assumption x"),
        ("functions.memory_mb", "x", "must be a number"),
        ("functions.memory_mb", "512.5", "must be a whole number"),
        ("functions.memory_mb", "64", "from 128"),
        ("functions.log_bytes", "-1", "at least 0"),
        ("functions.log_bytes", "nan", "at least 0"),
        ("functions.log_bytes", "1e40", "1e12, not '1e40'"),
        ("functions.provisioned", "1e9999999", "1e12, not '1e9999999'"),
        ("functions.log_bytes", "-1e9999999", "1e12, not"),
        ("functions.snap_start", "yes", "must be true or false"),
    ],
)
def test_an_assumption_that_is_not_valid_is_refused(name, text, words):
    with pytest.raises(CostError, match=words):
        assumptions.change(DEFAULT, name, text)
