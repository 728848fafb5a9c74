"""How series become readings."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.cloudwatch.metrics import (
    PERIODS,
    Aggregation,
    Metric,
    MetricGroup,
    cost_usd,
    queries,
    read,
    success_rate,
)


def metric(key="k", *, aggregation=Aggregation.SUM, weight="", series=2, scale=1.0):
    return Metric(
        key=key,
        group=MetricGroup.FUNCTIONS,
        label=key,
        unit="",
        namespace="AWS/Lambda",
        name="Name",
        statistic="Sum",
        series=[{"FunctionName": str(number)} for number in range(series)],
        aggregation=aggregation,
        weight=weight,
        scale=scale,
    )


FOUND = {"m0_0": [(60, 1.0), (120, 2.0)], "m0_1": [(120, 6.0)]}


@pytest.mark.parametrize(
    ("aggregation", "value", "points"),
    [
        (Aggregation.SUM, 9.0, [(60, 1.0), (120, 8.0)]),
        (Aggregation.MAXIMUM, 6.0, [(60, 1.0), (120, 6.0)]),
        (Aggregation.MINIMUM, 1.0, [(60, 1.0), (120, 2.0)]),
        (Aggregation.MEAN, 3.0, [(60, 1.0), (120, 4.0)]),
    ],
)
def test_series_are_aggregated_at_each_time_and_over_the_period(aggregation, value, points):
    (reading,) = read([metric(aggregation=aggregation)], FOUND)

    assert (reading.value, list(reading.points)) == (value, points)


def test_mean_is_weighted_by_the_number_of_calls():
    duration = metric(aggregation=Aggregation.MEAN, weight="calls", series=1, scale=1000.0)
    calls = metric("calls", series=1)

    reading, _ = read(
        [duration, calls],
        {"m0_0": [(60, 0.1), (120, 0.2)], "m1_0": [(60, 1.0), (120, 3.0)]},
    )

    assert reading.value == pytest.approx(175.0)
    assert [value for _, value in reading.points] == pytest.approx([100.0, 200.0])


def test_a_value_at_a_time_without_calls_counts_as_one_call():
    duration = metric(aggregation=Aggregation.MEAN, weight="calls", series=1)
    calls = metric("calls", series=1)

    reading, _ = read(
        [duration, calls],
        {"m0_0": [(60, 10.0), (120, 40.0)], "m1_0": [(60, 2.0)]},
    )

    assert reading.value == pytest.approx(20.0)
    assert list(reading.points) == [(60, 10.0), (120, 40.0)]


def test_no_datapoints_is_no_value_rather_than_zero():
    (reading,) = read([metric()], {})

    assert reading.value is None
    assert list(reading.points) == []


def test_success_rate_covers_all_invocations_and_needs_one():
    errors, invocations, none = read(
        [metric("errors", series=1), metric("invocations", series=1), metric("none", series=1)],
        {"m0_0": [(120, 1.0)], "m1_0": [(60, 6.0), (120, 4.0)]},
    )

    rate = success_rate(metric("rate", series=0), errors, invocations)

    assert (rate.value, list(rate.points)) == (90.0, [(60, 100.0), (120, 75.0)])
    assert success_rate(metric("rate", series=0), none, none).value is None


@given(st.sampled_from(PERIODS), st.floats(1e9, 4e9))
def test_window_ends_after_now_and_has_whole_steps(period, now):
    window = period.ending(now)

    assert window.start % window.step_s == window.end % window.step_s == 0
    assert window.end - window.start == period.span_s
    assert now < window.end <= now + window.step_s + 1


@pytest.mark.parametrize("period", PERIODS, ids=lambda period: period.name)
def test_each_step_is_one_that_cloudwatch_keeps_and_charts_can_show(period):
    assert period.step_s % 60 == 0
    assert period.span_s <= 15 * 24 * 3600, "one-minute data is kept for 15 days"
    assert 5 <= period.span_s / period.step_s <= 60


def test_each_series_is_one_query_with_a_unique_id_and_a_price():
    asked = queries([metric("a"), metric("b"), metric("c", series=0)])

    assert len({query.id for query in asked}) == len(asked) == 4
    assert math.isclose(cost_usd(1000), 0.01)
    assert math.isclose(cost_usd(1000, every_s=60), 0.6)
