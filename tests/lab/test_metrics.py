"""How answers become readings."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.metrics import (
    PERIODS,
    Join,
    Metric,
    Side,
    cost_usd,
    queries,
    read,
    success_rate,
)


def metric(key="k", *, join=Join.SUM, weight="", series=2, scale=1.0):
    return Metric(
        key=key,
        side=Side.FUNCTIONS,
        label=key,
        unit="",
        namespace="AWS/Lambda",
        name="Name",
        statistic="Sum",
        series=[{"FunctionName": str(number)} for number in range(series)],
        join=join,
        weight=weight,
        scale=scale,
    )


ANSWERS = {"m0_0": [(60, 1.0), (120, 2.0)], "m0_1": [(120, 6.0)]}


@pytest.mark.parametrize(
    ("join", "value", "points"),
    [
        (Join.SUM, 9.0, [(60, 1.0), (120, 8.0)]),
        (Join.MOST, 6.0, [(60, 1.0), (120, 6.0)]),
        (Join.LEAST, 1.0, [(60, 1.0), (120, 2.0)]),
        (Join.MEAN, 3.0, [(60, 1.0), (120, 4.0)]),
    ],
)
def test_series_are_joined_at_each_moment_and_over_the_period(join, value, points):
    (reading,) = read([metric(join=join)], ANSWERS)

    assert (reading.value, list(reading.points)) == (value, points)


def test_a_weighted_mean_counts_each_value_as_often_as_it_was_measured():
    duration = metric(join=Join.MEAN, weight="calls", series=1, scale=1000.0)
    calls = metric("calls", series=1)

    reading, _ = read(
        [duration, calls],
        {"m0_0": [(60, 0.1), (120, 0.2)], "m1_0": [(60, 1.0), (120, 3.0)]},
    )

    assert reading.value == pytest.approx(175.0)
    assert [value for _, value in reading.points] == pytest.approx([100.0, 200.0])


def test_no_datapoint_is_no_value_and_not_zero():
    (reading,) = read([metric()], {})

    assert reading.value is None
    assert list(reading.points) == []


def test_the_success_rate_is_that_of_all_invocations_and_none_without_any():
    errors, invocations, none = read(
        [metric("errors", series=1), metric("invocations", series=1), metric("none", series=1)],
        {"m0_0": [(120, 1.0)], "m1_0": [(60, 6.0), (120, 4.0)]},
    )

    rate = success_rate(metric("rate", series=0), errors, invocations)

    assert (rate.value, list(rate.points)) == (90.0, [(60, 100.0), (120, 75.0)])
    assert success_rate(metric("rate", series=0), none, none).value is None


@given(st.sampled_from(PERIODS), st.floats(1e9, 4e9))
def test_a_window_ends_after_now_and_consists_of_whole_steps(period, now):
    window = period.ending(now)

    assert window.start % window.step_s == window.end % window.step_s == 0
    assert window.end - window.start == period.span_s
    assert now < window.end <= now + window.step_s + 1


@pytest.mark.parametrize("period", PERIODS, ids=lambda period: period.name)
def test_each_step_is_one_that_cloudwatch_keeps_and_a_chart_can_show(period):
    assert period.step_s % 60 == 0
    assert period.span_s <= 15 * 24 * 3600, "one-minute data is kept for 15 days"
    assert 5 <= period.span_s / period.step_s <= 60


def test_each_query_costs_and_each_has_an_id_of_its_own():
    asked = queries([metric("a"), metric("b"), metric("c", series=0)])

    assert len({query.id for query in asked}) == len(asked) == 4
    assert math.isclose(cost_usd(1000), 0.01)
    assert math.isclose(cost_usd(1000, each_s=60), 0.6)
