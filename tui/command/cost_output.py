"""What `blogs cost` prints: lines for a terminal, or JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from decimal import Decimal
from itertools import zip_longest
from typing import Any, Final

from lab.backends import Backend
from lab.cost import assumptions
from lab.cost.break_even import BreakEven
from lab.cost.refresh import Refreshed
from lab.cost.report import Band, CostReport
from lab.cost.sensitivity import Influence, Variant
from lab.cost.tasks import tasks_of_day
from lab.cost.usage import SideCosts
from tui import text
from tui.command.help_text import WIDTH
from tui.state import cost_text

_COLUMN: Final = 37
_AMOUNT: Final = 12
_INFLUENCES: Final = 8
_DIGITS: Final = 6


def lines(report: CostReport) -> list[str]:
    """Return the calculation as text: functions on the left, containers on the right."""
    inputs = report.inputs
    about = (
        f"{report.prices.region}, {inputs.architecture}, {inputs.traffic.requests:,.0f} requests "
        f"a month, free tier: {inputs.free_tier}. USD a month:"
    )
    return [
        about,
        "",
        *_table(report),
        "",
        "BREAK-EVEN (without what both share)",
        *_wrapped(cost_text.break_even(report)),
        "",
        "WHAT MOVES THE RESULT (functions minus containers, USD a month)",
        *cost_text.sensitivity(report.sensitivity[:_INFLUENCES]),
        "",
        "ASSUMPTIONS",
        *_wrapped([*report.notes, *report.assumptions]),
        *(["", "CAUTION", *_wrapped(report.warnings)] if report.warnings else []),
        "",
        *_prices(report),
    ]


def _table(report: CostReport) -> Iterable[str]:
    costs = report.costs
    functions = [Backend.FUNCTIONS.upper(), *_side(costs.functions)]
    containers = [Backend.CONTAINERS.upper(), *_side(costs.containers)]
    height = max(len(functions), len(containers))
    for side in (functions, containers):
        side[-1:-1] = [""] * (height - len(side))  # both totals in one line
    for left, right in zip_longest(functions, containers, fillvalue=""):
        yield f"{left:<{_COLUMN}}    {right}".rstrip()
    yield ""
    yield from ["BOTH", *_side(costs.shared), ""]
    for backend in Backend:
        whole = costs.side(backend).shown + costs.shared.shown
        yield _line(f"{backend} and both", f"{whole:,}")


def _side(costs: SideCosts) -> list[str]:
    items = [
        _line(item.label, f"{item.shown:,}", "" if item.verified else "*") for item in costs.items
    ]
    return [*items, _line("total", f"{costs.shown:,}")]


def _line(label: str, amount: str, mark: str = "") -> str:
    return f"{label:<{_COLUMN - _AMOUNT}}{amount:>{_AMOUNT - 1}}{mark}"


def _wrapped(sentences: Iterable[str]) -> Iterable[str]:
    for sentence in sentences:
        yield textwrap.fill(
            text.line(sentence, 1000), WIDTH, initial_indent="- ", subsequent_indent="  "
        )


def _prices(report: CostReport) -> Iterable[str]:
    oldest, newest = report.prices.dates
    if report.unverified:
        yield from textwrap.wrap(
            f"* not verified with a price list or a bill: {', '.join(report.unverified)}", WIDTH
        )
    yield f"prices: {text.line(str(report.prices.file), 1000)}, dated {oldest} to {newest}"


def document(report: CostReport) -> dict[str, Any]:
    """Return the JSON object of a calculation. Scripts rely on its keys."""
    inputs, prices = report.inputs, report.prices
    return {
        "region": prices.region,
        "architecture": inputs.architecture,
        "free_tier": inputs.free_tier,
        "requests_per_month": _number(inputs.traffic.requests),
        "periods": _periods(report),
        "functions": _side_document(report.costs.functions),
        "containers": _side_document(report.costs.containers),
        "shared": _side_document(report.costs.shared),
        "break_even": _crossings(report.break_even),
        "by_tasks": {str(count): _crossings(one) for count, one in report.by_tasks.items()},
        "band": report.band and _band(report.band),
        "curve": [
            [point.requests, _number(point.functions_usd), _number(point.containers_usd)]
            for point in report.curve
        ],
        "sensitivity": [_influence(one) for one in report.sensitivity],
        "assumptions": {
            name: _number(value) if isinstance(value, Decimal) else value
            for name, value in assumptions.values(inputs).items()
        },
        "sentences": [*report.notes, *report.assumptions],
        "warnings": [*report.warnings],
        "unverified": [*report.unverified],
        "prices": {"file": str(prices.file), "oldest": prices.dates[0], "newest": prices.dates[1]},
    }


def _number(amount: Decimal) -> float | int:
    """Return a number for JSON, with 6 decimals at most."""
    rounded = round(amount, _DIGITS)
    return int(rounded) if rounded == int(rounded) else float(rounded)


def _periods(report: CostReport) -> list[dict[str, Any]]:
    traffic = report.inputs.traffic
    counts = tasks_of_day(report.inputs.containers.scaling, traffic)
    return [
        {
            "hours": _number(period.hours),
            "requests_per_s": _number(traffic.rate(period)),
            "tasks": count,
        }
        for period, count in zip(traffic.periods, counts, strict=True)
    ]


def _side_document(costs: SideCosts) -> dict[str, Any]:
    return {
        "usd": _number(costs.shown),
        "exact_usd": _number(costs.exact),
        "items": [
            {
                "key": item.key,
                "label": item.label,
                "quantity": _number(item.quantity),
                "unit": item.unit,
                "usd": _number(item.shown),
                "exact_usd": _number(item.exact),
                "price": item.price_item,
                "verified": item.verified,
            }
            for item in costs.items
        ],
    }


def _crossings(result: BreakEven) -> dict[str, Any]:
    return {
        "idle": {
            "cheaper": result.idle_cheaper,
            "functions_usd": _number(result.idle_functions_usd),
            "containers_usd": _number(result.idle_containers_usd),
        },
        "crossings": [
            {
                "requests_per_month": one.requests,
                "per_second": _number(one.per_second),
                "cheaper": one.cheaper,
                "functions_usd": _number(one.functions_usd),
                "containers_usd": _number(one.containers_usd),
            }
            for one in result.crossings
        ],
        "searched_to": result.searched_to,
    }


def _band(band: Band) -> dict[str, Any]:
    return {"earliest": _crossings(band.earliest), "latest": _crossings(band.latest)}


def _influence(influence: Influence) -> dict[str, Any]:
    return {
        "name": influence.name,
        "low": _variant(influence.low),
        "high": _variant(influence.high),
    }


def _variant(variant: Variant) -> dict[str, Any]:
    return {
        "label": variant.label,
        "difference_usd": _number(variant.difference_usd),
        "break_even": variant.break_even,
    }


def refreshed_lines(refreshed: Refreshed) -> list[str]:
    """Return what a refresh did, with a line for each price that differs."""
    changes = [
        f"  {change.item} from {change.start}: {change.old or 'not known'} -> "
        f"{change.new or 'not in the list'}"
        for change in refreshed.changes
    ]
    return [
        f"{refreshed.region}: {refreshed.prices} prices of the price list of {refreshed.published}",
        *(["changed:", *changes] if changes else ["No price changed."]),
        f"now used: {text.line(str(refreshed.file), 1000)}",
    ]


def refreshed_document(refreshed: Refreshed) -> dict[str, Any]:
    """Return the JSON object of a refresh. Scripts rely on its keys."""
    return {
        "region": refreshed.region,
        "published": refreshed.published,
        "prices": refreshed.prices,
        "changes": [
            {"item": one.item, "from": one.start, "old": one.old, "new": one.new}
            for one in refreshed.changes
        ],
        "file": str(refreshed.file),
    }
