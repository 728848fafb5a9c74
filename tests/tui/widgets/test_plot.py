"""Plots of values over time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.widgets.plot import Curve, Plot, TimeAxis, ValueAxis

HOUR = TimeAxis(0, 3600, 60)


def plotted(points, *, dash=1, columns=60, rows=7, axis=HOUR, counts=False):
    """Return the lines of a plot, without the words of the cells."""
    plot = Plot(columns, rows)
    values = ValueAxis.fitting([value for _, value in points], counts=counts)
    plot.draw(Curve(word="FUNCTIONS", dash=dash, points=points), axis, values)
    return ["".join(character for character, _ in plot.row(row)) for row in range(rows)]


def covered(lines):
    """Return the columns that have a dot."""
    return {column for line in lines for column, cell in enumerate(line) if cell != " "}


def test_nothing_is_drawn_over_steps_without_a_value():
    measured = {*range(10), 15, *range(20, 60)}
    points = [(60 * minute, 10.0 + minute) for minute in sorted(measured)]

    assert covered(plotted(points)) == measured
    dashed = covered(plotted(points, dash=3))
    assert dashed <= measured
    assert 15 in dashed


@pytest.mark.parametrize("count", [1, 5, 36, 60])
def test_a_constant_value_covers_the_whole_period(count):
    time = TimeAxis(0, 60 * count, 60)
    points = [(60 * minute, 5.0) for minute in range(count)]
    lines = plotted(points, axis=time, columns=70)

    assert covered(lines) == set(range(70))
    assert [row for row, line in enumerate(lines) if line.strip()] == [3], "in the middle"


def test_a_value_is_drawn_where_its_step_is():
    assert covered(plotted([(3540, 1.0)])) == {59}
    assert covered(plotted([(0, 1.0)], axis=TimeAxis(0, 300, 60))) == set(range(12))


def test_values_outside_the_period_are_not_drawn():
    assert not covered(plotted([(-60, 1.0), (3600, 1.0)]))


def test_zero_and_small_counts_have_different_heights():
    lines = plotted([(0, 0.0), (60, 1.0), (120, 0.0)], counts=True)

    assert lines[-1][0] != " "
    assert lines[0][1] != " "


@pytest.mark.parametrize("count", [1, 2, 60])
def test_a_dashed_line_looks_different_without_color(count):
    points = [(60 * minute, 5.0) for minute in range(count)]

    assert plotted(points, dash=3) != plotted(points)


AXES = [
    ([5.0], False, ["10", "5", "2"]),
    ([7.4, 277.0], False, ["500", "100", "20", "5"]),
    ([1.5, 123_456.0], False, ["200,000", "5,000", "100", "1"]),
    ([0.03, 0.04], False, ["0.05", "0.02"]),
    ([], True, ["1", "0"]),
    ([0.0], True, ["1", "0"]),
    ([0.0, 396.0], True, ["500", "50", "10", "0"]),
]


@pytest.mark.parametrize(("values", "counts", "labels"), AXES)
def test_an_axis_has_round_labels(values, counts, labels):
    axis = ValueAxis.fitting(values, counts=counts)

    assert [label for _, label in sorted(axis.labels(7).items())] == labels


@given(
    st.lists(st.floats(0, 1e12), max_size=5), st.booleans(), st.integers(1, 30), st.integers(1, 80)
)
def test_every_value_has_a_place_in_a_plot_of_any_size(values, counts, rows, columns):
    points = [(60 * number, value) for number, value in enumerate(values)]
    lines = plotted(points, counts=counts, rows=rows, columns=columns)

    assert {len(line) for line in lines} == {columns}
    assert bool(covered(lines)) == bool(points)
    axis = ValueAxis.fitting(values, counts=counts)
    assert {axis.dot(value, 4 * rows) for value in values} <= set(range(4 * rows))
    assert set(axis.labels(rows)) <= set(range(rows))
