"""The layout of a Markdown table: all columns stay visible, however wide their cells are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual.css.scalar import Scalar
from textual.geometry import Size
from textual.layout import ArrangeResult
from textual.layouts.grid import GridLayout
from textual.widget import Widget

_BORDER: Final = 1  # between columns, and on both sides
_NARROWEST: Final = 3  # one character and its padding


class TableLayout(GridLayout):
    """Shrinks the widest columns; Textual's grid makes columns narrower than one character."""

    def arrange(
        self,
        parent: Widget,
        children: list[Widget],
        size: Size,
        greedy: bool = True,  # noqa: FBT001, FBT002 -- the signature is Textual's
    ) -> ArrangeResult:
        count = parent.styles.grid_size_columns
        if count and size.width:
            cells = [
                cell.get_content_width(size, parent.app.viewport_size) + cell.styles.gutter.width
                for cell in children
            ]
            wanted = [max(cells[column::count], default=0) for column in range(count)]
            widths = fitting_widths(wanted, size.width - _BORDER * (count + 1))
            # The property would request another layout.
            parent.styles.set_rule("grid_columns", tuple(map(Scalar.from_number, widths)))
        return super().arrange(parent, children, size, greedy)


def fitting_widths(wanted: Sequence[int], room: int) -> list[int]:
    """Return column widths that fit in *room*: the widest columns shrink to the same width."""
    narrower, rest = 0, len(wanted)
    for width in sorted(wanted):
        largest = (room - narrower) // rest
        if width > largest:
            return [min(one, max(_NARROWEST, largest)) for one in wanted]
        narrower, rest = narrower + width, rest - 1
    return list(wanted)
