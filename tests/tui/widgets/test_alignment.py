"""Texts start in the same column, and numbers end in the same column, below their unit."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from rich.cells import cell_len

from tui import report_text
from tui.client.compare import TIMES, with_units
from tui.widgets.blog_list import heading
from tui.widgets.drawn_text import LongText


def test_headings_of_a_long_text_start_where_its_text_starts():
    drawn = LongText("# First\n\ntext\n\n## Second").drawn(40)
    lines = ["".join(segment.text for segment in line) for line in drawn]

    assert [line for line in lines if line.strip()] == [
        line.ljust(40) for line in ("First", "text", "Second")
    ]


def test_times_end_in_the_column_of_their_unit():
    rows = [("status", "200", "404"), *((name, "1.5", "12,000.1") for name in TIMES)]
    status, unit, *times = with_units(rows)

    assert status == ("status", "200", "404")
    assert unit[0] == ""
    assert {len(value) for row in (unit, *times) for value in row[1:]} == {len(unit[1])}
    assert all(value.endswith("ms") for value in unit[1:])


def test_metrics_end_in_the_same_column_with_or_without_a_unit():
    readings = [
        SimpleNamespace(metric=SimpleNamespace(label="one", unit=unit), value=value)
        for unit, value in (("", 978.0), ("ms", 9.96), ("%", None))
    ]
    lines = [report_text.line(reading) for reading in readings]

    assert {
        line.index(shown) + len(shown)
        for line, shown in zip(lines, ("978", "9.96", "-"), strict=True)
    } == {30}


@pytest.mark.parametrize("width", [40, 80])
def test_the_heads_of_the_list_fit_their_columns(width):
    assert ("author" in heading(width)) == (width == 80)
    assert heading(width).startswith(" UTC          ")
    assert cell_len(heading(width)) <= width
