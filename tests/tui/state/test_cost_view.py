"""What the cost screen shows of a calculation."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from rich.cells import cell_len

from lab.backends import Backend
from lab.cost import prices
from lab.cost.report import cost_report
from tui.state import cost_form, cost_view

PRICES = prices.load("us-east-1")


def report_of(requests=1_000_000, saturation=None):
    inputs = cost_form.start({}, None).inputs
    scaling = replace(inputs.containers.scaling, saturation_per_s=saturation)
    containers = replace(inputs.containers, scaling=scaling)
    inputs = replace(inputs, traffic=inputs.traffic.of(Decimal(requests)), containers=containers)
    return cost_report(inputs, PRICES)


@pytest.fixture(scope="module")
def report():
    return report_of()


def shown(report, width=76):
    return "\n".join(line for _, line in cost_view.lines(report, width))


def test_the_totals_and_the_crossing_come_first(report):
    total, crossing = cost_view.headline(report)

    assert f"FUNCTIONS {report.costs.functions.shown} USD" in total
    assert f"CONTAINERS {report.costs.containers.shown} USD" in total
    assert f"From {report.break_even.last.requests:,} requests a month" in crossing


def test_every_crossing_is_shown():
    several = report_of(saturation=Decimal(8))

    assert len(several.break_even.crossings) > 1
    for crossing in several.break_even.crossings:
        assert any(f"{crossing.requests:,}" in line for line in cost_view.headline(several))


def test_every_item_is_listed_with_the_total_of_its_side(report):
    lines = shown(report).splitlines()

    for side in (report.costs.functions, report.costs.containers, report.costs.shared):
        for item in side.items:
            assert any(item.label in line and f"{item.shown:,}" in line for line in lines)
        assert any(line.endswith(f"{side.shown:,} USD a month") for line in lines)


def test_prices_that_are_not_verified_are_marked_and_named(report):
    prices_known = {item: replace(price, tiers=unverified(price)) for item, price in marked()}
    changed = cost_report(report.inputs, replace(PRICES, by_item=PRICES.by_item | prices_known))

    assert "alarm-metrics" in changed.unverified
    assert any("alarm" in line and " * " in line for line in shown(changed).splitlines())
    assert "not verified with a price list" in shown(changed)


def marked():
    return [("alarm-metrics", PRICES["alarm-metrics"])]


def unverified(price):
    return [replace(tier, verified=False) for tier in price.tiers]


def test_one_and_two_tasks_what_moves_the_result_and_the_assumptions_are_below(report):
    text = shown(report).replace("\n", " ")

    assert "With at least 1 task: " in text
    assert "With at least 2 tasks: " in text
    assert report.sensitivity[0].name in text
    for sentence in (*report.warnings, *report.assumptions):
        assert sentence.split(".")[0] in text


@pytest.mark.parametrize("requests", [0, 1, 1_000_000, 10**10])
def test_the_curve_has_the_costs_of_both_backends(requests):
    found = report_of(requests)
    points = cost_view.points(found)

    assert [at for at, _ in points[Backend.FUNCTIONS]] == [one.requests for one in found.curve]
    assert points[Backend.CONTAINERS][0][1] == float(found.curve[0].containers_usd)


@pytest.mark.parametrize("width", [20, 48, 76, 116])
def test_lines_fit(report, width):
    lines = shown(report, width).splitlines()

    assert all(cell_len(line) <= max(width, 61) for line in lines)
    assert any("▇" in line for line in lines) is (width >= 76)
