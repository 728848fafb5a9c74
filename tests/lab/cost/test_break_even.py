"""The traffic at which the cheaper backend changes."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.backends import Backend
from lab.cost.break_even import MOST_REQUESTS, CostCurve, crossings
from tests.lab.cost.build import DAY, US_EAST_1, inputs


def found(given_inputs, **options):
    result = crossings(given_inputs, US_EAST_1, **options)
    return [(one.requests, one.cheaper.value) for one in result.crossings]


@pytest.mark.parametrize(
    ("tasks", "metrics", "requests", "usd"),
    [
        (1, 0, 19_778_203, "39.93"),
        (1, 7, 18_577_748, "39.61"),
        (1, 37, 13_432_943, "38.22"),
        (2, 0, 25_985_553, "52.47"),
        (2, 7, 24_785_098, "52.14"),
        (2, 37, 19_640_293, "50.76"),
    ],
)
def test_the_break_even_is_the_check_value(tasks, metrics, requests, usd):
    result = crossings(inputs(cold="0.001", tasks=tasks, metrics=metrics), US_EAST_1)

    (crossing,) = result.crossings
    assert crossing.requests == requests
    assert crossing.cheaper is Backend.CONTAINERS
    assert round(crossing.functions_usd, 2) == round(crossing.containers_usd, 2) == Decimal(usd)


def test_a_crossing_has_its_rate_and_the_idle_costs_are_known():
    result = crossings(inputs(cold="0.001"), US_EAST_1)

    assert round(result.last.per_second, 2) == Decimal("7.07")
    assert result.idle_cheaper is Backend.FUNCTIONS
    assert (result.idle_functions_usd, result.idle_containers_usd) == (0, Decimal("34.59875"))
    assert result.searched_to == MOST_REQUESTS


def test_every_crossing_is_found_when_tasks_come_in_steps():
    assert found(inputs(cold="0.001", saturation=8)) == [
        (18_577_748, "containers"),
        (21_024_001, "functions"),  # the second task
        (24_785_098, "containers"),
    ]


def test_crossings_below_a_limit_are_found_whichever_backend_is_cheaper_there():
    assert found(inputs(cold="0.001", saturation=8), limit=22_000_000) == [
        (18_577_748, "containers"),
        (21_024_001, "functions"),
    ]


def test_functions_stay_cheaper_if_a_task_can_handle_only_a_few_requests():
    result = crossings(inputs(saturation="0.1"), US_EAST_1)

    assert result.never
    assert result.last is None
    assert result.idle_cheaper is Backend.FUNCTIONS
    assert result.searched_to == 5000 * 262_800  # the most tasks of a service


def test_containers_can_be_cheaper_without_requests():
    result = crossings(inputs(provisioned=10), US_EAST_1)

    assert result.idle_cheaper is Backend.CONTAINERS


def test_an_item_can_be_left_out():
    with_gateway, without = (
        crossings(inputs(), US_EAST_1, without=names).last.requests
        for names in ([], ["functions.http-api"])
    )

    assert without > with_gateway * 1.5


def test_the_search_ends_where_a_price_is_not_known():
    curve = CostCurve(inputs(metrics=0), _without_price_above("http-api-requests", 300_000_000))

    assert curve.limit == 300_000_000


def _without_price_above(item, start):
    price = US_EAST_1[item]
    first, second, *_ = price.tiers
    tiers = [first, replace(second, start=Decimal(start), price=None)]
    by_item = {**US_EAST_1.by_item, item: replace(price, tiers=tiers)}
    return replace(US_EAST_1, by_item=by_item)


def brute_force(given_inputs, limit):
    """Return the crossings by trying every number of requests."""
    curve = CostCurve(given_inputs, US_EAST_1)
    cheaper, result = curve.cheaper(0), []
    for requests in range(1, limit + 1):
        if curve.cheaper(requests) is not cheaper:
            cheaper = curve.cheaper(requests)
            result.append((requests, cheaper.value))
    return result


@settings(max_examples=15, deadline=None)
@given(
    st.sampled_from(["0.00005", "0.0001", "0.0004"]),
    st.decimals("0.5", 20, places=1),
    st.integers(0, 2),
    st.booleans(),
)
def test_the_solver_finds_the_same_as_brute_force(saturation, response_mb, provisioned, is_day):
    """Large responses and slow tasks put several crossings into a small range."""
    given_inputs = inputs(
        traffic=DAY if is_day else None,
        saturation=saturation,
        metrics=0,
        provisioned=provisioned,
        log_bytes=response_mb * 200_000_000,
    )
    limit = 700

    assert found(given_inputs, limit=limit) == brute_force(given_inputs, limit)
