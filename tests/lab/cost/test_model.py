"""The cost of a month, against values worked out by hand."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.backends import Backend
from lab.cost.errors import CostError
from lab.cost.inputs import Architecture, FreeTier, FunctionInputs
from lab.cost.model import exact, monthly
from lab.cost.tasks import warning
from lab.cost.units import cents
from tests.lab.cost.build import DAY, US_EAST_1, inputs

IDLE = inputs()
MILLION = inputs(1_000_000, tasks=2)
BUSY = inputs(100_000_000, cold="0.0005", task="0.5/1", tasks=2)
DAY_CURVE = inputs(traffic=DAY, cold="0.0002", saturation=36)

KEYS = {
    "functions": "requests duration init http-api logs logs-kept metrics",
    "containers": "task-vcpu task-memory balancer lcu balancer-ipv4 task-ipv4 image logs logs-kept",
    "shared": "reads writes table-storage recovery data-out alarms dashboard",
}
CHECKED = [  # the items in the order of KEYS, the total as shown, the exact total
    (IDLE, "functions", "0 0 0 0 0 0 0", "0.00 0"),
    (IDLE, "containers", "5.91 1.30 16.43 0 7.30 3.65 .02 0 0", "34.61 34.598750"),
    (IDLE, "shared", "0 0 .25 .20 0 1.60 3", "5.05 5.05"),
    (MILLION, "functions", ".20 .10 .01 1.00 .70 .02 2.10", "4.13 4.131116"),
    (MILLION, "containers", "11.82 2.60 16.43 .03 7.30 7.30 .02 .23 .01", "45.74 45.727278"),
    (MILLION, "shared", ".11 .13 .25 .20 .34 1.60 3", "5.63 5.630823"),
    (BUSY, "functions", "20 10 .07 100 69.85 1.93 2.1", "203.95 203.944896"),
    (BUSY, "containers", "23.64 5.2 16.43 3.05 7.3 7.3 .02 23.28 .64", "86.86 86.852817"),
    (BUSY, "shared", "11.25 12.50 .25 .20 34.33 1.60 3", "63.13 63.132275"),
    (DAY_CURVE, "functions", "19.71 9.86 .03 98.55 68.84 1.90 2.10", "200.99 200.978725"),
    (DAY_CURVE, "containers", "11.14 2.45 16.43 3.01 7.3 6.88 .02 22.95 .63", "70.81 70.799907"),
    (DAY_CURVE, "shared", "11.09 12.32 .25 .20 33.83 1.60 3", "62.29 62.290082"),
]


@pytest.mark.parametrize(("given_inputs", "side", "amounts", "totals"), CHECKED)
def test_the_items_and_totals_are_the_check_values(given_inputs, side, amounts, totals):
    costs = getattr(monthly(given_inputs, US_EAST_1), side)

    expected = dict(zip(KEYS[side].split(), map(Decimal, amounts.split()), strict=True))
    assert {item.key: item.shown for item in costs.items} == expected
    assert [costs.shown, round(costs.exact, 6)] == [*map(Decimal, totals.split())]


@pytest.mark.parametrize(
    ("given_inputs", "side", "key", "quantity"),
    [
        (MILLION, "functions", "duration", "7500"),
        (MILLION, "functions", "init", "1000"),
        (BUSY, "functions", "init", "5000"),
        (MILLION, "containers", "lcu", "3.814697"),
        (BUSY, "containers", "lcu", "381.469727"),
        (DAY_CURVE, "containers", "lcu", "375.938416"),
        (DAY_CURVE, "containers", "task-ipv4", "1376.354167"),
    ],
)
def test_the_quantities_are_the_check_values(given_inputs, side, key, quantity):
    item = getattr(monthly(given_inputs, US_EAST_1), side)[key]

    assert round(item.quantity, 6) == Decimal(quantity)


def test_a_day_with_more_tasks_than_allowed_is_calculated_with_a_warning():
    scaling = DAY_CURVE.containers.scaling

    assert "needs 6 tasks, more than maxTasks (4)" in warning(scaling, DAY_CURVE.traffic)
    assert warning(replace(scaling, max_tasks=6), DAY_CURVE.traffic) is None
    assert warning(replace(scaling, min_tasks=9), DAY_CURVE.traffic) is None


def test_the_free_tier_covers_the_first_million_requests_and_their_duration():
    costs = monthly(replace(MILLION, free_tier=FreeTier.ALWAYS), US_EAST_1)

    amounts = {item.key: item.shown for item in costs.functions.items}
    assert amounts == {
        **dict.fromkeys(("requests", "duration", "init", "logs", "metrics"), Decimal(0)),
        "http-api": Decimal("1.00"),
        "logs-kept": Decimal("0.02"),
    }
    of_lambda = ("requests", "duration", "init")
    charged = monthly(MILLION, US_EAST_1).functions
    others = [item.shown for item in charged.items if item.key not in of_lambda]
    assert sum(others) + sum(amounts[key] for key in of_lambda) == Decimal("3.82")
    assert costs.shared["alarms"].shown == Decimal("0.60")  # 10 of 16 are free
    legacy = monthly(replace(MILLION, free_tier=FreeTier.LEGACY), US_EAST_1)
    assert legacy.functions["http-api"].shown == 0
    assert legacy.containers["balancer"].shown == 0


@pytest.mark.parametrize(("architecture", "usd"), [("x86_64", "16.67"), ("arm64", "13.33")])
def test_both_architectures_have_their_price(architecture, usd):
    one_gb = FunctionInputs(memory_mb=1024, billed_ms=Decimal(10), cold_share=Decimal(0))
    given_inputs = replace(
        inputs(100_000_000), functions=one_gb, architecture=Architecture(architecture)
    )

    costs = monthly(given_inputs, US_EAST_1)

    assert costs.functions["duration"].quantity == 1_000_000
    assert costs.functions["duration"].shown == Decimal(usd)
    assert costs.functions["requests"].shown == Decimal("20.00")
    assert costs.containers["task-vcpu"].price_item == f"fargate-vcpu-{architecture}"


def test_a_response_above_512_kb_counts_as_two_requests_of_the_http_api():
    small = replace(MILLION.shared, response_bytes=Decimal(512 * 1024))
    large = replace(MILLION.shared, response_bytes=Decimal(513 * 1024))

    costs = [
        monthly(replace(MILLION, shared=shared), US_EAST_1).functions["http-api"].shown
        for shared in (small, large)
    ]

    assert costs == [Decimal("1.00"), Decimal("2.00")]


def test_options_have_items_of_their_own():
    functions = replace(MILLION.functions, provisioned=1, storage_mb=1024, route_metrics=60)
    containers = replace(MILLION.containers, nat_gateways=1, nat_gb=Decimal(10))

    costs = monthly(replace(MILLION, functions=functions, containers=containers), US_EAST_1)

    # 5 functions * 0.25 GB * 2,628,000 s = 3,285,000 GB-seconds
    assert costs.functions["provisioned"].shown == Decimal("10.95")
    assert costs.functions["provisioned-duration"].shown == cents(8500 * Decimal("0.0000077778"))
    assert costs.functions["duration"].shown == 0
    assert costs.functions["storage"].quantity == 17_000
    assert costs.functions["route-metrics"].shown == Decimal("18.00")
    assert costs.functions["metrics"].shown == Decimal("2.10")
    assert costs.containers["nat"].shown == Decimal("32.85")
    assert costs.containers["nat-data"].shown == Decimal("0.45")


def test_snap_start_is_charged_for_each_snapshot_and_each_restore():
    costs = monthly(inputs(1_000_000, snap_start=True), US_EAST_1).functions

    assert costs["snapshot-cached"].shown == Decimal("4.94")  # 3,285,000 GB-seconds
    assert costs["snapshot-restored"].shown == cents(2500 * Decimal("0.0001397998"))


def test_traffic_above_the_provisioned_environments_is_charged_on_demand():
    # One environment of each of the 5 functions: 3,285,000 GB-seconds, 0.0085 for each request
    given_inputs = inputs(400_000_000, provisioned=1)

    costs = monthly(given_inputs, US_EAST_1).functions

    assert costs["provisioned-duration"].quantity == 3_285_000
    assert round(costs["duration"].quantity + costs["init"].quantity) == 3_400_000 - 3_285_000


def test_spot_reduces_the_price_of_its_share_of_the_tasks():
    containers = replace(
        MILLION.containers, spot_share=Decimal("0.5"), spot_discount=Decimal("0.7")
    )

    costs = monthly(replace(MILLION, containers=containers), US_EAST_1).containers

    assert costs["task-vcpu"].exact == Decimal("11.8187") * Decimal("0.65")
    assert costs["task-ipv4"].shown == Decimal("7.30")


def test_a_cost_lists_the_prices_that_are_not_verified():
    assert monthly(IDLE, US_EAST_1).unverified == ["table-recovery"]


requests = st.integers(0, 10**11)


@settings(max_examples=60)
@given(requests, requests, st.sampled_from(FreeTier), st.sampled_from([None, 8]))
def test_more_requests_never_cost_less(one, other, free_tier, saturation):
    fewer, more = sorted((one, other))
    for backend in Backend:
        costs = [
            exact(
                backend,
                inputs(count, free_tier=free_tier, saturation=saturation, provisioned=1),
                US_EAST_1,
            )
            for count in (fewer, more)
        ]
        assert 0 <= costs[0] <= costs[1]


@settings(max_examples=30)
@given(requests, st.sampled_from(FreeTier))
def test_the_total_is_the_sum_of_the_shown_items_and_nothing_is_negative(count, free_tier):
    costs = monthly(inputs(count, free_tier=free_tier), US_EAST_1)

    for side in (costs.functions, costs.containers, costs.shared):
        assert side.shown == sum(cents(item.exact) for item in side.items)
        assert abs(side.shown - side.exact) <= len(side.items) * Decimal("0.005")
        assert all(item.exact >= 0 and item.quantity >= 0 for item in side.items)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"memory_mb": 64}, "from 128 to 10,240 MB"),
        ({"billed_ms": Decimal("0.5")}, "at least 1 ms"),
        ({"cold_share": Decimal(2)}, "from 0 to 1"),
        ({"provisioned": 1, "snap_start": True}, "not both"),
    ],
)
def test_impossible_inputs_are_refused(changes, words):
    with pytest.raises(CostError, match=words):
        FunctionInputs(**changes)
