"""A chart with its title, its sentence and its table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from lab.report.markup import Markup, element, join
from lab.report.svg import NARROW, WIDE

_MARK: Final = "*"
_MARK_NOTE: Final = "* from few samples"
_WORDS: Final = 24
"""Longer cells are sentences, which wrap."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table. The first cell of a row is its name; *words* aligns all columns left."""

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: bool = False
    has_total: bool = False
    """The last row is the sum of the others."""

    def render(self) -> Markup:
        heads = [element("th", head, scope="col") for head in self.heads]
        last = len(self.rows) - 1 if self.has_total else None
        rows = [_row(row, is_total=number == last) for number, row in enumerate(self.rows)]
        table = element(
            "table",
            element("caption", self.caption),
            element("thead", element("tr", *heads)),
            element("tbody", *rows),
            class_="words" if self.words else "figures",
        )
        scrollable = {"tabindex": "0", "role": "region", "aria_label": self.caption}
        marked = any(cell.endswith(_MARK) for row in self.rows for cell in row)
        note = element("p", _MARK_NOTE, class_="note") if marked else None
        return join((element("div", table, class_="scroll", **scrollable), note))


def _row(cells: Sequence[str], *, is_total: bool) -> Markup:
    name, *others = cells
    first = element("th", name, scope="row")
    row = [element("td", one, class_="words" if len(one) > _WORDS else None) for one in others]
    return element("tr", first, *row, class_="total" if is_total else None)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A chart. *draw* draws it for a width, and is None if there is nothing to draw."""

    title: str
    sentence: str
    table: Table
    draw: Callable[[int], Markup] | None
    note: str = ""

    def render(self) -> Markup:
        charts = [self.draw(width) for width in (WIDE, NARROW)] if self.draw else []
        note = element("p", self.note, class_="note") if self.note else None
        caption = element("figcaption", element("h3", self.title), element("p", self.sentence))
        return element("figure", caption, join(charts), note, self._table())

    def _table(self) -> Markup:
        """Return the table, which hides below a chart."""
        if self.draw is None:
            return self.table.render()
        return element("details", element("summary", "Show the table"), self.table.render())


def section(title: str, *contents: str | None) -> Markup:
    return element("section", element("h2", title), *contents)


def paragraph(content: str, class_: str | None = None) -> Markup:
    return element("p", content, class_=class_)


def bullets(items: Sequence[str]) -> Markup:
    return element("ul", *(element("li", item) for item in items))
