"""Numeric axes, linear and logarithmic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.widgets.test_plot import covered, plotted
from tui import report_text
from tui.widgets.number_axis import NumberAxis
from tui.widgets.plot import MARK, Curve, Mark, Plot, ValueAxis


def test_a_linear_axis_has_round_labels_below_their_numbers():
    words = NumberAxis.linear(0, 60).words(61)

    assert words.split() == ["0", "10", "20", "30", "40", "50", "60"]
    assert [words.index(label) for label in ("10", "30")] == [9, 29]
    assert words.endswith("60")
    assert NumberAxis.linear(0, 60 - 1e-9).words(61) == words


def test_a_logarithmic_axis_has_a_label_at_each_power_of_ten():
    words = NumberAxis.powers(1e3, 1e9).words(61)

    assert words.split() == ["1K", "10K", "100K", "1M", "10M", "100M", "1B"]
    assert words.index("1M") == 29, "in the middle"


def test_a_logarithmic_axis_gives_each_power_of_ten_the_same_room():
    axis = NumberAxis.powers(1, 1000)

    assert [axis.dots(number, 31)[0] for number in (1, 10, 100, 1000)] == [0, 10, 20, 30]


def test_labels_that_do_not_fit_are_left_out():
    axis = NumberAxis.powers(1e3, 1e9)

    assert axis.words(13).split() == ["1K", "1M", "100M"]
    assert axis.words(1).strip() == ""


def test_points_are_connected_and_points_outside_are_not_drawn():
    axis = NumberAxis.linear(0, 100)

    assert covered(plotted([(0, 1.0), (100, 10.0)], axis=axis)) == set(range(60))
    assert not covered(plotted([(-1, 1.0), (101, 1.0)], axis=axis))


@given(st.floats(-10, 1e10), st.integers(1, 200), st.booleans())
def test_every_number_has_a_place(number, width, is_log):
    axis = NumberAxis.powers(1, 1e9) if is_log else NumberAxis.linear(0, 7.3)

    assert 0 <= axis.dots(number, width)[0] < width
    assert len(axis.words(width)) == width


def marked(*marks, points=(), columns=20):
    """Return the first two rows of a plot with marks."""
    plot = Plot(columns, 2)
    axis = NumberAxis.linear(0, 19)
    plot.mark(marks, axis)
    plot.draw(Curve(word="FUNCTIONS", dash=1, points=points), axis, ValueAxis(1, 10))
    return plot.row(0), plot.row(1)


def test_a_mark_is_a_vertical_with_its_label():
    first, second = marked(Mark(10, "18.6M"))

    assert "".join(letter for letter, _ in first) == f"{'':10}┊18.6M    "
    assert second[10] == ("┊", MARK)


def test_the_label_of_a_mark_near_the_end_is_before_it():
    first, _ = marked(Mark(19, "18.6M"))

    assert "".join(letter for letter, _ in first) == f"{'':14}18.6M┊"


def test_the_labels_of_several_marks_are_below_each_other():
    first, second = marked(Mark(10, "18.6M"), Mark(12, "19M"))

    assert "".join(letter for letter, _ in first) == f"{'':10}┊18.6M    "
    assert "".join(letter for letter, _ in second) == f"{'':10}┊ ┊19M    "


def test_a_curve_is_drawn_over_a_mark():
    _, second = marked(Mark(10, "a"), points=[(0, 1.0), (19, 1.0)])

    assert second[10][1] == "FUNCTIONS"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0"), (7.5, "7.5"), (999.9, "1K"), (1000, "1K"), (18_577_748, "18.6M"), (1e9, "1B")],
)
def test_compact_numbers_have_three_digits_and_a_suffix(value, shown):
    assert report_text.compact(value) == shown
