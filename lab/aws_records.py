"""Read what AWS recorded of runs against a stack: REPORT lines of functions, launches of tasks."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from lab import function_reports
from lab.aws import Client, NotReadError, check_account, default_client, reading
from lab.function_reports import ReportLine
from lab.results import AwsRecords, TaskLaunch
from lab.task_launches import launches

_DELIVERY_S: Final = 10.0
"""The last lines of a run reach CloudWatch Logs some seconds later."""
_MOST_PAGES: Final = 50
"""Of one function and run. A page has up to 1 MB."""
_MOST_TASKS: Final = 100
"""DescribeTasks allows no more."""
_REPORTS: Final = "the REPORT lines of the functions"
_LAUNCHES: Final = "the launch times of the tasks"
_CUT: Final = (
    f"AWS: the REPORT lines end before the run: only the first {_MOST_PAGES} pages of each "
    "function were read."
)


@dataclass(frozen=True, kw_only=True)
class Window:
    """The time of a run, in Unix seconds."""

    start: float
    end: float


@dataclass(frozen=True, kw_only=True)
class AwsReading:
    """The records of each run, and notes on what could not be read."""

    records: Sequence[AwsRecords | None]
    notes: Sequence[str] = ()


def read(
    region: str,
    outputs: Mapping[str, Any],
    windows: Sequence[Window],
    client: Client | None = None,
    pause: Callable[[float], None] = time.sleep,
) -> AwsReading:
    """Read the records of runs from the account of the stack with these *outputs*."""
    account = _Account(region, outputs, client or default_client)
    try:
        account.check()
    except NotReadError as error:
        return AwsReading(records=[None] * len(windows), notes=[_note(error, _REPORTS, _LAUNCHES)])
    notes: list[str] = []
    tasks: Sequence[TaskLaunch] = ()
    try:
        tasks = account.tasks()
    except NotReadError as error:
        notes.append(_note(error, _LAUNCHES))
    records = [AwsRecords(tasks=tasks) for _ in windows]
    try:
        pause(max(0.0, windows[-1].end + _DELIVERY_S - time.time()))
        records = [
            _with_lines(one, account.lines(w)) for one, w in zip(records, windows, strict=True)
        ]
    except NotReadError as error:
        notes.append(_note(error, _REPORTS))
    if account.is_cut:
        notes.append(_CUT)
    return AwsReading(
        records=[one if one.functions or one.tasks else None for one in records], notes=notes
    )


def _note(error: NotReadError, *parts: str) -> str:
    return f"AWS: {' and '.join(parts)} were not read, because {error}."


def _with_lines(records: AwsRecords, lines: Mapping[str, Sequence[ReportLine]]) -> AwsRecords:
    found = [function_reports.figures(name, some) for name, some in lines.items() if some]
    together = [line for some in lines.values() for line in some]
    return replace(records, functions=found, run_blocks_ms=function_reports.run_blocks(together))


class _Account:
    """The account of a stack. Methods raise NotReadError."""

    def __init__(self, region: str, outputs: Mapping[str, Any], client: Client) -> None:
        self._region, self._outputs, self._client = region, outputs, client
        self.is_cut = False

    def check(self) -> None:
        names = self._outputs.get("FunctionNames")
        if not isinstance(names, Mapping):
            raise NotReadError("the outputs of the stack are not known")
        check_account(self._region, str(self._outputs.get("AccountId", "")), self._client)

    def tasks(self) -> list[TaskLaunch]:
        cluster, service = (self._outputs.get(name) for name in ("ClusterName", "ServiceName"))
        with reading("ecs:ListTasks"):
            ecs = self._client("ecs", self._region)
            arns = ecs.list_tasks(cluster=cluster, serviceName=service)["taskArns"][:_MOST_TASKS]
        if not arns:
            return []
        with reading("ecs:DescribeTasks"):
            tasks = ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"]
        with reading("ecs:DescribeServices"):
            services = ecs.describe_services(cluster=cluster, services=[service])["services"]
            return launches(tasks, [event for one in services for event in one["events"]])

    def lines(self, window: Window) -> dict[str, list[ReportLine]]:
        """Return the REPORT lines of each operation."""
        with reading("logs:FilterLogEvents"):
            logs = self._client("logs", self._region)
            names: Mapping[str, str] = self._outputs["FunctionNames"]
            return {key: self._of_function(logs, name, window) for key, name in names.items()}

    def _of_function(self, logs: Any, name: str, window: Window) -> list[ReportLine]:  # noqa: ANN401 -- a client of boto3
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=f"/aws/lambda/{name}",
            startTime=round(window.start * 1000),
            endTime=round(window.end * 1000),
            filterPattern=function_reports.PATTERN,
        )
        found: list[ReportLine] = []
        for number, page in enumerate(pages, start=1):
            lines = (
                function_reports.parse(one["timestamp"], one["message"]) for one in page["events"]
            )
            found += [line for line in lines if line is not None]
            if number == _MOST_PAGES:
                self.is_cut |= "nextToken" in page
                break
        return found
