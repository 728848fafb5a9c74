"""What the app has sent since it started, and what that costs."""

from __future__ import annotations

import pytest

from lab.backends import Backend
from lab.cost import prices
from lab.rows import Outcome
from tests.tui import lab
from tui.settings.values import BackendName
from tui.state.usage import Usage

F, C = BackendName.FUNCTIONS, BackendName.CONTAINERS


def words(usage, region="us-east-1", *, is_local=False):
    return usage.words({}, region, is_local=is_local)


def test_requests_are_counted_by_what_is_charged():
    usage = Usage()
    usage.add(F, writes=False)
    usage.add(F, writes=True)
    usage.add(C, writes=False)

    assert usage == Usage(invocations=2, reads=2, writes=1)


def test_the_requests_of_a_comparison_count_if_they_were_sent():
    usage = Usage()
    dropped = lab.row(Backend.FUNCTIONS, 1, outcome=Outcome.DROPPED, sent=False)
    usage.add_rows([lab.row(Backend.FUNCTIONS, 0, 10), lab.row(Backend.CONTAINERS, 0, 5), dropped])

    assert usage == Usage(invocations=1, reads=2)


def test_a_local_cloud_is_free_of_charge():
    usage = Usage(invocations=10**9, reads=1, metrics=2)

    assert words(usage, is_local=True) == "this session: 1 request and 2 metrics, free of charge"


def test_the_cost_is_that_of_the_price_list():
    found = prices.load("us-east-1")
    million = Usage(invocations=1_000_000)
    metrics = Usage(metrics=1_000_000)
    least = float(sum(found[item].cost(10**6) for item in ("http-api-requests", "lambda-requests")))

    assert float(words(million).split("about ")[1].removesuffix(" USD")) > least
    assert words(metrics).endswith("about 10.00 USD")


@pytest.mark.parametrize(
    ("region", "cost"),
    [("us-east-1", "less than 0.01 USD"), ("mars", "cost unknown (no prices for mars)")],
)
def test_a_small_or_unknown_cost_is_said_to_be(region, cost):
    assert words(Usage(invocations=3, reads=3), region) == f"this session: 3 requests, {cost}"
