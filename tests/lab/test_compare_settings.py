"""The settings of a comparison, and their limits."""

from __future__ import annotations

import pytest

from lab.compare_settings import ComparisonSettings, InvalidSettings, ramp
from lab.plan import Order


@pytest.mark.parametrize(
    ("text", "rates"),
    [("10:200:10", tuple(range(10, 201, 10))), ("1:2:.3", (1, 1.3, 1.6, 1.9)), ("5:5:1", (5,))],
)
def test_a_ramp_includes_both_ends(text, rates):
    assert ramp(text) == pytest.approx(rates)


@pytest.mark.parametrize(
    "text", ["", "10", "10:5:1", "0:5:1", "1:5:0", "1:5:x", "1:inf:1", "nan:1:1"]
)
def test_an_invalid_ramp_is_refused(text):
    with pytest.raises(InvalidSettings, match="FROM:TO:STEP"):
        ramp(text)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rate": 2_000}, "2,000 requests per second are above the limit of 1,000"),
        ({"order": Order.RAMP, "ramp": (10, 1_001)}, "1,001 requests per second are above"),
        ({"duration_s": 3_000, "repeat": 2}, "6,000 seconds of load are above the limit of 3,600"),
        ({"order": Order.RAMP, "ramp": (1,) * 40, "slot_s": 60}, "4,800 seconds of load"),
        ({"rate": 800, "duration_s": 3_600, "order": Order.PARALLEL}, "5,760,000 requests are"),
        ({"order": Order.RAMP, "ramp": (900,) * 10, "slot_s": 60}, "1,080,000 requests are"),
        (
            {
                "order": Order.BURST,
                "burst": 1_000,
                "slot_s": 1,
                "duration_s": 2_000,
                "max_in_flight": 1_000,
            },
            "2,000,000 requests are",
        ),
        ({"order": Order.BURST, "burst": 1_100, "max_in_flight": 1_100}, "1,100 requests"),
    ],
)
def test_load_above_the_limits_needs_the_override(settings, message):
    found = ComparisonSettings(seed=1, **settings)

    with pytest.raises(InvalidSettings, match=message):
        found.check()
    found.check(limits=False)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"order": Order.BURST, "burst": 300}, "add --max-in-flight 300"),
        ({"slot_s": 1e-5}, r"1e-05 s are too short .* use at least --slot 0\.1"),
        ({"order": Order.RAMP, "ramp": (10,), "slot_s": 0.01}, r"use at least --step 0\.1"),
        ({"duration_s": 9}, "use at least --duration 10, or a shorter --slot"),
    ],
)
def test_settings_that_cannot_be_run_are_refused_with_any_limits(settings, message):
    with pytest.raises(InvalidSettings, match=message):
        ComparisonSettings(seed=1, **settings).check(limits=False)


def test_repeated_runs_have_plans_of_their_own():
    settings = ComparisonSettings(seed=7, repeat=2)

    assert [settings.plan_settings("lab", run).seed for run in range(2)] == [7, 8]
