"""Tables in a blog: no cell hides the other columns."""

from __future__ import annotations

import pytest
from textual.app import App

from tui.widgets.drawn_text import LongText
from tui.widgets.reader import rendered
from tui.widgets.short_text import ShortText
from tui.widgets.table_layout import fitting_widths

WIDE = "w" * 200
TABLE = f"| first | second | third |\n|---|---|---|\n| 1 | {WIDE} | last |"


@pytest.mark.parametrize(
    ("wanted", "room", "widths"),
    [
        ([5, 10, 5], 20, [5, 10, 5]),
        ([3, 200, 6], 50, [3, 41, 6]),
        ([200, 3, 100], 53, [25, 3, 25]),
        ([200, 200], 1, [3, 3]),
        ([], 50, []),
    ],
)
def test_the_widest_columns_shrink_to_the_same_width(wanted, room, widths):
    assert fitting_widths(wanted, room) == widths


def test_a_wide_cell_in_a_long_text_leaves_the_other_columns_visible():
    lines = ["".join(segment.text for segment in line) for line in LongText(TABLE).drawn(58)]

    assert any(line.split() == ["first", "second", "third"] for line in lines)
    assert any("…" in line and line.split()[::2] == ["1", "last"] for line in lines)


async def test_a_wide_cell_in_a_short_text_leaves_the_other_columns_visible():
    body = ShortText(TABLE)

    class Page(App):
        def compose(self):
            yield body

    async with Page().run_test(size=(60, 12)) as pilot:
        for width in (60, 40):
            await pilot.resize_terminal(width, 12)
            await body.draw()
            await pilot.pause()
            lines = [strip.text for strip in pilot.app.screen._compositor.render_strips()]  # noqa: SLF001 -- Textual has no other
            assert any(line.split()[1::2] == ["first", "second", "third"] for line in lines)
            assert any("www… │ last" in line for line in lines)


def test_a_table_of_many_columns_is_drawn_as_lines():
    assert isinstance(rendered("|" + "a|" * 8), ShortText)
    assert isinstance(rendered("|" + "a|" * 9), LongText)
