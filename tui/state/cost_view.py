"""What the cost screen shows of a calculation: the totals, the items, and the curve."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from lab.backends import Backend
from lab.cost.report import CostReport
from lab.cost.usage import Item, SideCosts
from lab.cost.words import crossing_sentences
from tui import text
from tui.state import cost_text
from tui.text import Safe

_BAR: Final = 24
_SHORTEST_BAR: Final = 10
_NOT_VERIFIED: Final = "*"
_INFLUENCES: Final = 6

Line = tuple[str, Safe]


def headline(report: CostReport) -> list[str]:
    """Return what a month costs, and where the costs cross, one sentence each."""
    costs = report.costs
    total = (
        f"FUNCTIONS {costs.functions.shown:,} USD, CONTAINERS {costs.containers.shown:,} USD "
        f"a month, and {costs.shared.shown:,} USD that both share."
    )
    _, *crossings = crossing_sentences(report.break_even)
    return [total, *crossings]


def lines(report: CostReport, width: int) -> list[Line]:
    """Return all items, then what is known about the result."""
    costs = report.costs
    top = max(item.shown for side in (costs.functions, costs.containers) for item in side.items)
    return [
        *_side("FUNCTIONS", costs.functions, top, width),
        *_side("CONTAINERS", costs.containers, top, width),
        *_side("both share", costs.shared, top, width),
        *_unverified(report, width),
        *_section("Break-even, without what both share", cost_text.break_even(report), width),
        *_section(
            "What moves the difference, functions minus containers",
            cost_text.sensitivity(report.sensitivity[:_INFLUENCES]),
            width,
        ),
        *_section("Caution", report.warnings, width),
        *_section("Assumptions", [*report.notes, *report.assumptions], width),
    ]


def _unverified(report: CostReport, width: int) -> list[Line]:
    if not report.unverified:
        return []
    names = ", ".join(report.unverified)
    return _wrapped("dim", [f"{_NOT_VERIFIED} not verified with a price list: {names}"], width)


def _side(head: str, side: SideCosts, top: Decimal, width: int) -> Iterator[Line]:
    yield "backends", text.row(f"{head:<36}{side.shown:>12,} USD a month")
    for item in side.items:
        yield "plain", _item(item, top, width)


def _item(item: Item, top: Decimal, width: int) -> Safe:
    """Return the line of an item, with a bar if there is room for it."""
    mark = "" if item.verified else f" {_NOT_VERIFIED}"
    words = f"  {item.label + mark:<34}{item.shown:>12,}"
    room = min(_BAR, width - len(words) - 2)
    size = round(room * item.shown / top) if top and room >= _SHORTEST_BAR else 0
    return text.row(f"{words}  {'▇' * size}".rstrip())


def _section(head: str, sentences: Iterable[str], width: int) -> list[Line]:
    found = _wrapped("plain", sentences, width)
    return [("plain", Safe("")), ("head", Safe(head)), *found] if found else []


def _wrapped(mark: str, sentences: Iterable[str], width: int) -> list[Line]:
    return [
        (mark, Safe(part))
        for sentence in sentences
        for part in textwrap.wrap(text.line(sentence, 900), max(20, width)) or [""]
    ]


def points(report: CostReport) -> Mapping[Backend, Sequence[tuple[float, float]]]:
    """Return requests per month and the cost of each backend, without what both share."""
    return {
        Backend.FUNCTIONS: [(one.requests, float(one.functions_usd)) for one in report.curve],
        Backend.CONTAINERS: [(one.requests, float(one.containers_usd)) for one in report.curve],
    }
