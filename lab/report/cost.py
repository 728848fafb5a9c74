"""The part of the report on costs."""

from __future__ import annotations

from collections.abc import Iterable

from lab.backends import Backend
from lab.cost.report import CostReport
from lab.report import numbers
from lab.report.cost_curve import cost_curves
from lab.report.cost_items import cost_items
from lab.report.figure import Figure, Table, bullets, paragraph, section
from lab.report.markup import Markup, element, join
from lab.report.money import usd
from lab.report.tornado import tornado


def cost_section(report: CostReport) -> Markup:
    """Return the charts of a calculation, with all that it assumes."""
    figures = [*cost_items(report), *cost_curves(report), _by_tasks(report), tornado(report)]
    return section(
        "What it costs",
        paragraph(_summary(report)),
        _listed("Read with care", [*report.warnings, *_unverified(report)], "notes"),
        _listed("Where the numbers come from", report.notes, None),
        join(figure.render() for figure in figures),
        _listed("What the costs assume", report.assumptions, None),
    )


def _summary(report: CostReport) -> str:
    costs = report.costs
    amounts = [f"{one} cost {usd(costs.side(one).shown)}" for one in Backend]
    return (
        f"At {report.inputs.traffic.requests:,.0f} requests a month in {report.prices.region},"
        f" {' and '.join(amounts)} a month. Both also need {usd(costs.shared.shown)} for what they"
        " share: the table, data out, alarms and the dashboard."
    )


def _unverified(report: CostReport) -> list[str]:
    costs = report.costs
    items = [*costs.functions.items, *costs.containers.items, *costs.shared.items]
    listed = ", ".join(dict.fromkeys(item.label for item in items if not item.verified))
    if not listed:
        return []
    return [f"The prices of these items were not verified (marked with †): {listed}."]


def _listed(heading: str, items: Iterable[str], class_: str | None) -> Markup | None:
    listed = list(items)
    if not listed:
        return None
    return element("div", element("h3", heading), bullets(listed), class_=class_)


def _by_tasks(report: CostReport) -> Figure:
    """Return the table of the crossings with one and with two tasks."""
    rows = [
        [
            numbers.count(count, "task"),
            usd(found.idle_containers_usd),
            f"{found.last.requests:,}" if found.last else "never",
            str(len(found.crossings)),
        ]
        for count, found in report.by_tasks.items()
    ]
    heads = ["at least", "idle containers", "last break-even (requests a month)", "crossings"]
    last = [
        f"with at least {name}, the last break-even is at {last} requests a month"
        if found.last
        else f"with at least {name}, the costs never cross"
        for (name, _, last, _), found in zip(rows, report.by_tasks.values(), strict=True)
    ]
    return Figure(
        title="One task or two",
        sentence=numbers.sentence([*last, "one task has no zone redundancy"]),
        table=Table(caption="Break-even by the minimum number of tasks", heads=heads, rows=rows),
        draw=None,
    )
