import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab import results_file
from lab.analysis import analyse
from lab.statistics.quantiles import (
    distribution,
    inverted_cdf,
    needed_for_interval,
    needed_to_show,
)
from lab.summary import QUANTILES, Support
from tests.lab.build import drawn_run, results, settings

samples = st.lists(st.floats(0, 1e6), min_size=1, max_size=300)


@given(samples, st.sampled_from(list(QUANTILES.values())))
def test_a_quantile_equals_that_of_numpy(values, p):
    assert inverted_cdf(sorted(values), p) == np.quantile(values, p, method="inverted_cdf")


@pytest.mark.parametrize("p", QUANTILES.values())
def test_the_position_equals_that_of_numpy_for_every_size(p):
    for size in (*range(1, 2200), 9_999, 10_000, 100_000):
        ordered = np.arange(size)
        assert inverted_cdf(ordered, p) == np.quantile(ordered, p, method="inverted_cdf")


@given(samples)
def test_quantiles_are_in_order_between_the_least_and_the_greatest_value(values):
    found = distribution(values)

    shown = [one.value for one in found.quantiles.values() if one.value is not None]
    assert [min(values), *shown, max(values)] == sorted([min(values), *shown, max(values)])
    assert found.max == max(values)


@pytest.mark.parametrize(
    ("name", "shown", "interval"),
    [
        ("p50", 5, 6),
        ("p90", 29, 36),
        ("p95", 59, 72),
        ("p99", 299, 368),
        ("p99.9", 2995, 3688),
    ],
)
def test_a_quantile_needs_enough_samples(name, shown, interval):
    p = QUANTILES[name]

    assert (needed_to_show(p), needed_for_interval(p)) == (shown, interval)
    for count, support in (
        (shown - 1, Support.NONE),
        (shown, Support.MARKED),
        (interval - 1, Support.MARKED),
        (interval, Support.FULL),
    ):
        found = distribution(range(count)).quantiles[name]
        assert found.support is support
        assert (found.value is None) == (support is Support.NONE)


def test_a_strict_interval_needs_more_samples():
    assert needed_for_interval(0.95, 0.99) == 104


@pytest.mark.parametrize("count", [0, 1, 2, 3, 99, 100, 101])
def test_the_figures_follow_from_the_csv(count):
    whole = drawn_run(planned=settings(duration_s=10.0, rate=60.0))
    kept = [each for each in whole.rows if each.backend == "functions"][:count]
    given = results(type(whole)(**{**vars(whole), "rows": tuple(kept)}))
    lines = csv.DictReader(io.StringIO(results_file.dumps_csv(given)))
    values = sorted(float(line["latency_ms"]) for line in lines)

    found = analyse(given).backends["functions"].latency

    assert found.count == len(values) == count
    assert found.max == (values[-1] if values else None)
    for name, one in found.quantiles.items():
        if one.support is not Support.NONE:
            assert one.value == np.quantile(values, QUANTILES[name], method="inverted_cdf")
