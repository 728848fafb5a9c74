"""Sentences on what AWS recorded, for the report and for the text of a result."""

from __future__ import annotations

from collections.abc import Sequence

from lab.report import numbers
from lab.results import FunctionReport, Results, TaskLaunch
from lab.task_launches import seconds_between


def sentences(results: Results) -> list[str]:
    """Return a sentence on the REPORT lines and one on the launches, if there are any."""
    reports, tasks = results.function_reports, results.tasks
    return [*([billed(reports)] if reports else []), *([launch(tasks)] if tasks else [])]


def billed(reports: Sequence[FunctionReport]) -> str:
    """Return the figures of all functions together. *reports* is not empty."""
    count = sum(one.billed.count for one in reports)
    billed_ms = sum(one.billed_ms * one.billed.count for one in reports) / count
    cold = sum(one.init.count for one in reports)
    found = f"{numbers.count(count, 'REPORT line')}: {numbers.milliseconds(billed_ms)} billed per"
    found += f" invocation on average, {numbers.count(cold, 'cold start')}"
    if cold:
        init = sum((one.init_ms or 0) * one.init.count for one in reports) / cold
        found += f" with an init of {numbers.milliseconds(init)} on average"
    memory = max(one.max_memory_mb for one in reports)
    return f"{found}, at most {numbers.number(memory)} MB of memory in use."


def launch(launches: Sequence[TaskLaunch]) -> str:
    """Return how long the launches took. *launches* is not empty."""
    found = f"{numbers.count(len(launches), 'task')} of the service"
    times = [s for one in launches if (s := seconds_between(one.created, one.started)) is not None]
    if not times:
        return f"{found}: ECS has no time of their start."
    ends = list(dict.fromkeys(numbers.number(one) for one in (min(times), max(times))))
    return f"{found}: {' to '.join(ends)} s from creation to start."
