"""What AWS recorded of the runs: the REPORT lines of the functions, the launches of the tasks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from lab.backends import Backend
from lab.report import aws_sentences, numbers
from lab.report.figure import Figure, Table
from lab.report.part_bars import Bar, Chart
from lab.results import FunctionReport, Results, TaskLaunch
from lab.task_launches import seconds_between

_MOST_BARS: Final = 12
_PARTS: Final = ("until the image pull", "image pull", "start of the containers")
_REPORT_HEADS: Final = (
    *("function", "invocations", "billed, mean", "p50", "p95", "p99"),
    *("cold starts", "init, mean", "init, greatest", "memory, MB"),
)


def aws_records(results: Results) -> list[Figure]:
    """Return a table of the REPORT lines and a chart of the launches, if the results have them."""
    figures = []
    if results.function_reports:
        figures.append(_billed(results))
    if results.tasks:
        figures.append(_launches(results.tasks))
    return figures


def _billed(results: Results) -> Figure:
    several = len(results.runs) > 1
    rows = [
        _report_row(f"run {number}: {one.operation}" if several else one.operation, one)
        for number, run in enumerate(results.runs, start=1)
        for one in (run.aws.functions if run.aws else ())
    ]
    return Figure(
        title="What Lambda billed",
        sentence=aws_sentences.billed(results.function_reports),
        table=Table(caption="REPORT lines, in milliseconds", heads=_REPORT_HEADS, rows=rows),
        draw=None,
        note=(
            "The lines are those from the start to the end of the run, its warm-up and requests of"
            " others included. A billed duration includes the init of a cold start."
        ),
    )


def _report_row(name: str, one: FunctionReport) -> list[str]:
    return [
        name,
        f"{one.billed.count:,}",
        numbers.number(one.billed_ms),
        *(numbers.quantile(one.billed, key) for key in ("p50", "p95", "p99")),
        f"{one.init.count:,}",
        numbers.optional(one.init_ms),
        numbers.optional(one.init.max),
        numbers.number(one.max_memory_mb),
    ]


def _launches(tasks: Sequence[TaskLaunch]) -> Figure:
    bars = [bar for one in tasks if (bar := _bar(one))]
    chart = Chart(
        title="Parts of the launch of tasks",
        parts=_PARTS,
        bars=bars[:_MOST_BARS],
        unit="s",
        write=numbers.seconds,
    )
    return Figure(
        title="Launch of tasks",
        sentence=aws_sentences.launch(tasks),
        table=_launch_table(tasks),
        draw=chart.draw if bars else None,
        note=(
            "From the creation of a task to its start, as ECS recorded it, whenever that was."
            " A function has no such launch: compare it with the init of its cold starts."
            " Before a task serves, it is registered with the load balancer and passes a health"
            " check. AWS keeps no time of that check."
        ),
    )


def _bar(one: TaskLaunch) -> Bar | None:
    """Return the bar of a launch whose times are all known and in order."""
    parts = [part for part in _parts(one)[:3] if part is not None and part >= 0]
    if len(parts) < len(_PARTS):
        return None
    name = f"{Backend.CONTAINERS}: task {one.task[:8]}"
    return Bar(name=name, backend=Backend.CONTAINERS, parts=parts, total=sum(parts))


def _parts(one: TaskLaunch) -> list[float | None]:
    points = (one.created, one.pull_started, one.pull_stopped, one.started, one.registered)
    return [seconds_between(*pair) for pair in pairwise(points)]


def _launch_table(tasks: Sequence[TaskLaunch]) -> Table:
    rows = [
        [
            one.task[:8],
            (one.created or numbers.NONE)[:19].replace("T", " "),
            *(numbers.optional(part) for part in _parts(one)),
        ]
        for one in tasks
    ]
    heads = ["task", "created (UTC)", *_PARTS, "until the next registration of a target"]
    return Table(caption="Launch of tasks, in seconds", heads=heads, rows=rows)
