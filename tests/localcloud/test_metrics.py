"""The metrics that the local cloud stores."""

import math

from hypothesis import given
from hypothesis import strategies as st

from localcloud.metrics import REMEMBERED, Metrics, Values

SERIES = ("AWS/Lambda", "Duration", frozenset({("FunctionName", "f")}))
measured = st.lists(st.floats(1e-3, 1e6), min_size=1, max_size=50)


class Clock:
    def __init__(self):
        self.now = 1_000_000_020.0

    def __call__(self):
        return self.now


def of(values):
    kept = Values()
    for value in values:
        kept.add(value)
    return kept


@given(measured, st.sampled_from([0, 50, 95, 99, 100]))
def test_percentiles_are_exact_within_one_percent(values, percent):
    rank = max(1, math.ceil(len(values) * percent / 100))
    exact = sorted(values)[rank - 1]

    assert math.isclose(of(values).percentile(percent), exact, rel_tol=0.0101)


@given(measured, measured)
def test_merged_values_are_as_if_measured_together(some, others):
    merged, together = of(some), of(some + others)
    merged.merge(of(others))

    assert math.isclose(merged.total, together.total)
    assert (merged.count, merged.low, merged.high, merged.percentile(95)) == (
        together.count,
        together.low,
        together.high,
        together.percentile(95),
    )


def test_a_period_has_all_of_its_values_and_none_if_idle():
    clock = Clock()
    metrics = Metrics(clock)
    measure = metrics.meter("AWS/Lambda", {"FunctionName": "f"})
    start = clock.now // 300 * 300
    for minutes, value in ((0, 1.0), (1, 2.0), (11, 4.0)):
        clock.now = start + minutes * 60 + 1
        measure("Duration", value)

    periods = list(metrics.periods(SERIES, 300, start, start + 3600))

    assert [(at - start, values.count, values.total) for at, values in periods] == [
        (0, 2, 3.0),
        (600, 1, 4.0),
    ]


def test_values_older_than_a_day_are_dropped():
    clock = Clock()
    metrics = Metrics(clock)
    measure = metrics.meter("AWS/Lambda", {"FunctionName": "f"})
    for _ in range(REMEMBERED + 100):
        measure("Duration", 1.0)
        clock.now += 60

    assert len(list(metrics.periods(SERIES, 60, 0, clock.now))) == REMEMBERED
