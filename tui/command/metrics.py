"""The command `blogs metrics`."""

from __future__ import annotations

import json
import time
from argparse import Namespace
from collections.abc import Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from lab.cloudwatch.metrics import PERIODS, MetricGroup, Period, Reading
from lab.cloudwatch.stack_metrics import MetricsReport, StackMetrics
from tui import report_text, text
from tui.command import output
from tui.settings.comparability import Comparability
from tui.settings.values import SettingsError

_WIDTH: Final = 36
_EXPECTED: Final = "Create it with `pulumi stack output --json`."


def period_named(name: str) -> Period:
    return next(period for period in PERIODS if period.name == name)


def show(outputs: Mapping[str, Any], args: Namespace) -> None:
    """Fetch and print the metrics of the stack that has these outputs."""
    report = StackMetrics(outputs).fetch(period_named(args.period), time.time())
    comparability = Comparability.of(outputs)
    if args.json:
        output.print_json({**document(report), "comparison": comparability.document})
    else:
        output.print_text("\n".join([*lines(report), *comparability.lines]))


def read_outputs(name: str) -> Mapping[str, Any]:
    """Read a file that contains the output of `pulumi stack output --json`."""
    try:
        found = json.loads(Path(name).read_bytes())
    except OSError as error:
        raise SettingsError(f"Cannot read {name} (from --outputs): {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{name} (from --outputs) is not valid JSON. {_EXPECTED}") from error
    if not isinstance(found, dict):
        raise SettingsError(f"{name} (from --outputs) is not a JSON object. {_EXPECTED}")
    return found


def document(report: MetricsReport) -> dict[str, Any]:
    """Return the JSON object of a report. Scripts rely on its keys."""
    return {
        "source": report.source,
        "period": report.period.name,
        "start": report_text.moment(report.window.start),
        "end": report_text.moment(report.window.end),
        "step_seconds": report.window.step_s,
        "metrics": [_metric(reading) for reading in report.readings],
        "cost": {
            "queries": report.query_count,
            "usd": report.cost_usd(),
            "usd_per_hour_each_minute": report.cost_usd(every_s=report_text.REFRESH_S),
        },
    }


def _metric(reading: Reading) -> dict[str, Any]:
    metric = reading.metric
    return {
        "key": metric.key,
        "side": metric.group.value,
        "metric": f"{metric.namespace} {metric.name}",
        "statistic": metric.statistic,
        "unit": metric.unit,
        "value": reading.value,
        "points": [[report_text.moment(at), value] for at, value in reading.points],
    }


def lines(report: MetricsReport) -> list[str]:
    """Return the report as text: functions on the left, containers and the table on the right."""
    blocks = {group: _block(report, group) for group in MetricGroup}
    functions, others = blocks[MetricGroup.FUNCTIONS], [
        *blocks[MetricGroup.CONTAINERS],
        "",
        *blocks[MetricGroup.TABLE],
    ]  # fmt: skip
    pairs = zip_longest(functions, others, fillvalue="")
    return [
        f"{text.row(report.source)}, {report_text.about(report)}",
        "",
        *(f"{left:<{_WIDTH}}  {right}".rstrip() for left, right in pairs),
        "",
        report_text.cost(report),
    ]


def _block(report: MetricsReport, group: MetricGroup) -> list[str]:
    return [group.value.upper(), *(report_text.line(reading) for reading in report.in_group(group))]
