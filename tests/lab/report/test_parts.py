"""The parts that charts are made of."""

import re

import pytest

from lab.backends import Backend
from lab.report import numbers
from lab.report.markup import coordinate, element, escape
from lab.report.samples import Samples, last_share
from lab.report.scales import Linear, Log, SignedLog, linear_range, log_range
from lab.report.svg import DASH, MARKER, Frame, bottom_axis
from lab.report.timeline import joined, thin
from tests.lab.report import example
from tests.lab.report.page import overlapping, read


def test_text_is_escaped_once():
    assert element("p", escape("a < b"), "&") == "<p>a &lt; b&amp;</p>"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_number_without_a_place_is_refused(value):
    with pytest.raises(ValueError, match="no place"):
        coordinate(value)


@pytest.mark.parametrize(
    ("limits", "ticks"),
    [
        ((0, 10), [0, 2, 4, 6, 8, 10]),
        ((-20, 60), [-20, 0, 20, 40, 60]),
        ((0, 0.3), [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3]),
        ((0, 1_000_000), [0, 200_000, 400_000, 600_000, 800_000, 1_000_000]),
    ],
)
def test_linear_ticks_are_round(limits, ticks):
    assert Linear(*limits, 0, 100).ticks() == pytest.approx(ticks)


def test_logarithmic_ticks_are_round():
    assert Log(20, 50, 0, 100).ticks() == pytest.approx([20, 30, 40, 50])
    assert Log(5, 200, 0, 100).ticks() == pytest.approx([5, 10, 20, 50, 100, 200])
    assert Log(1, 100_000, 0, 100).ticks() == pytest.approx([1, 10, 100, 1000, 10_000, 100_000])


@pytest.mark.parametrize("values", [[3.0, 4.0], [7.0], [0.002, 90_000.0], [0.0, 5.0]])
def test_a_scale_holds_its_values_in_order(values):
    low, high = log_range(values)
    scale = Log(low, high, 0, 100)

    assert low <= min(value for value in values if value > 0)
    assert max(values) <= high
    assert 0 <= scale(min(values)) <= scale(max(values)) <= 100


@pytest.mark.parametrize("values", [[], [0.0], [0.0, 0.0], [-1.0, 1e-7]])
def test_a_range_is_never_empty(values):
    low, high = linear_range(values)

    assert low < high
    assert log_range(values)[0] < log_range(values)[1]


def test_a_signed_scale_is_symmetric_around_zero():
    scale = SignedLog(-100, 100, 0, 200, 1)

    assert scale(0) == pytest.approx(100)
    assert scale(10) + scale(-10) == pytest.approx(200)
    assert scale.ticks() == pytest.approx([-100, -10, -1, 0, 1, 10, 100])


def test_thinned_responses_are_real_and_include_the_slowest():
    found = Samples.of(example.results()).latencies[Backend.FUNCTIONS]

    drawn = thin(found, 300)

    assert len(drawn) <= 300 < len(found)
    assert set(drawn) <= set(found)
    assert set(found[-5:]) <= set(drawn)


def test_thinning_keeps_few_responses_as_they_are():
    found = Samples.of(example.results(duration_s=5.0)).latencies[Backend.FUNCTIONS]

    assert thin(found, len(found)) == found


@pytest.mark.parametrize(("count", "full", "marked"), [(72, 0.95, 0.95), (71, 0.9, 0.95)])
def test_quantiles_end_where_their_samples_end(count, full, marked):
    assert last_share(count)[0] >= full
    assert last_share(count)[1] >= marked
    assert (last_share(count)[0] >= 0.95) == (count >= 72)


def test_the_backends_differ_without_color():
    assert len(set(MARKER.values())) == len(set(DASH.values())) == len(Backend)


def test_a_tick_without_a_text_has_no_label():
    frame = Frame(width=200, height=100, top=10)
    axis = bottom_axis(frame, Linear(0, 2, 40, 190), "requests", lambda value: "2" * (value == 2))

    assert re.findall(r">([^<]*)</text>", axis) == ["2", "requests"]


def test_labels_that_would_lie_on_each_other_are_left_out():
    frame = Frame(width=200, height=100, top=10)
    axis = bottom_axis(
        frame, Linear(0, 6, 40, 190), "requests", lambda value: f"{value * 1e6:,.0f}"
    )

    assert "0" in re.findall(r">([^<]*)</text>", axis)
    assert overlapping(read(f"<svg>{axis}</svg>")) == []


@pytest.mark.parametrize(
    ("value", "written"),
    [(0, "0"), (0.25, "0.25"), (12.5, "12.5"), (5000, "5,000"), (2e5, "200 k"), (3e6, "3 M")],
)
def test_numbers_of_an_axis_are_short(value, written):
    assert numbers.tick(value) == written


def test_spans_without_a_visible_gap_become_one():
    assert joined([(4, 5), (0, 1), (1.5, 3), (2, 2.5)]) == [(0, 5)]
    assert joined([(0, 1), (3, 4)]) == [(0, 1), (3, 4)]
