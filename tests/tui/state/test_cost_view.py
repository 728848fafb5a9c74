"""What the cost screen shows."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from rich.cells import cell_len

from lab.backends import Backend
from lab.cost import prices
from lab.cost.break_even import BreakEven, Crossing
from tui.state import cost_form, cost_view
from tui.state.cost_view import CostView

PRICES = prices.load("us-east-1")


def view(requests=1_000_000, **changes):
    base = cost_form.base_inputs({})
    return CostView.of(replace(base, traffic=base.traffic.of(Decimal(requests)), **changes), PRICES)


@pytest.fixture(scope="module")
def shown():
    return view()


def text_of(shown, width=76):
    return "\n".join(line for _, line in cost_view.lines(shown, width))


def test_the_totals_are_those_of_the_model(shown):
    first, *_ = cost_view.headline(shown)
    costs = shown.costs

    assert f"FUNCTIONS {costs.functions.shown} USD" in first
    assert f"CONTAINERS {costs.containers.shown} USD" in first


def test_every_item_is_listed_and_those_of_a_backend_add_up_to_its_total(shown):
    lines = text_of(shown).splitlines()

    for side in (shown.costs.functions, shown.costs.containers, shown.costs.shared):
        for item in side.items:
            assert any(item.label in line and f"{item.shown:,}" in line for line in lines)
        assert any(line.endswith(f"{side.shown:,} USD a month") for line in lines)


def test_prices_that_are_not_verified_are_marked_and_named(shown):
    assert "table-recovery" in shown.costs.unverified
    assert "point-in-time recovery ?" in text_of(shown)
    assert "not verified: the prices of table-recovery" in text_of(shown)


def test_one_task_is_beside_two(shown):
    assert f"With two tasks, CONTAINERS cost {shown.two_tasks} USD" in text_of(shown).replace(
        "\n", " "
    )
    containers = shown.inputs.containers
    scaling = replace(containers.scaling, min_tasks=3)
    assert view(containers=replace(containers, scaling=scaling)).two_tasks is None


def crossing(requests, cheaper):
    return Crossing(
        requests=requests,
        cheaper=cheaper,
        functions_usd=Decimal("39.61"),
        containers_usd=Decimal("39.61"),
    )


def break_even(*found):
    return BreakEven(
        idle_cheaper=Backend.FUNCTIONS,
        idle_functions_usd=Decimal(0),
        idle_containers_usd=Decimal(35),
        crossings=found,
        searched_to=10**10,
    )


def test_every_crossing_is_shown():
    first, second, third = cost_view.crossings(
        break_even(
            crossing(18_577_748, Backend.CONTAINERS),
            crossing(21_024_001, Backend.FUNCTIONS),
            crossing(24_785_098, Backend.CONTAINERS),
        )
    )

    assert first == (
        "CONTAINERS cost less from 18,577,748 requests a month on "
        "(7.07 per second), where both cost 39.61 USD."
    )
    assert second.startswith("FUNCTIONS cost less from 21,024,001")
    assert third.startswith("CONTAINERS cost less from 24,785,098")


def test_costs_that_never_cross_are_said_to():
    assert cost_view.crossings(break_even()) == [
        "FUNCTIONS cost less for any traffic up to 10B requests a month."
    ]


@pytest.mark.parametrize("requests", [0, 1, 1_000_000, 10**10])
def test_the_curve_includes_the_traffic_and_every_crossing(requests):
    found = view(requests)
    for points in found.points.values():
        places = [at for at, _ in points]
        assert places == sorted(set(places))
        assert places[0] <= max(requests, 1000) <= places[-1]
        for each in found.break_even.crossings:
            assert places[0] <= each.requests <= places[-1]


def test_the_points_of_the_curve_are_costs_of_the_model(shown):
    at, usd = shown.points[Backend.CONTAINERS][50]
    found = view(int(at)).costs.containers.exact

    assert usd == pytest.approx(float(found))


@pytest.mark.parametrize("width", [20, 48, 76, 116])
def test_lines_fit(shown, width):
    assert all(cell_len(line) <= max(width, 60) for line in text_of(shown, width).splitlines())
    assert ("▇" in text_of(shown, width)) is (width >= 76)
