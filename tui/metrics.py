"""The command `blogs metrics`: what it reads, and what it prints."""

from __future__ import annotations

import json
import time
from argparse import Namespace
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from lab.metrics import PERIODS, Period, Reading, Side
from lab.report import Report, Stack
from tui import output, text
from tui.settings import SettingsError

REFRESH_S: Final = 60
NO_DATA: Final = "-"
_WIDTH: Final = 36
_DAY_S: Final = 24 * 3600


def period_named(name: str) -> Period:
    return next(period for period in PERIODS if period.name == name)


def show(outputs: Mapping[str, Any], args: Namespace) -> None:
    """Ask for the metrics of the stack with these outputs, and print them."""
    report = Stack(outputs).report(period_named(args.period), time.time())
    if args.json:
        output.print_json(document(report))
    else:
        output.print_text("\n".join(lines(report)))


def read_outputs(name: str) -> Mapping[str, Any]:
    """Read what `pulumi stack output --json` has printed."""
    try:
        found = json.loads(Path(name).read_bytes())
    except OSError as error:
        raise SettingsError(f"--outputs {name}: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"--outputs {name}: it is not JSON.") from error
    if not isinstance(found, dict):
        raise SettingsError(f"--outputs {name}: it is no JSON object.")
    return found


def document(report: Report) -> dict[str, Any]:
    """Give the stable shape of a report."""
    return {
        "source": report.place,
        "period": report.period.name,
        "start": _moment(report.window.start),
        "end": _moment(report.window.end),
        "step_seconds": report.window.step_s,
        "metrics": [_metric(reading) for reading in report.readings],
        "cost": {
            "queries": report.asked,
            "usd": report.cost_usd(),
            "usd_per_hour_each_minute": report.cost_usd(each_s=REFRESH_S),
        },
    }


def _metric(reading: Reading) -> dict[str, Any]:
    metric = reading.metric
    return {
        "key": metric.key,
        "side": metric.side.value,
        "metric": f"{metric.namespace} {metric.name}",
        "statistic": metric.statistic,
        "unit": metric.unit,
        "value": reading.value,
        "points": [[_moment(at), value] for at, value in reading.points],
    }


def lines(report: Report) -> list[str]:
    """Give the tables, functions and containers side by side, for people."""
    blocks = {side: _block(report, side) for side in Side}
    functions, others = blocks[Side.FUNCTIONS], [
        *blocks[Side.CONTAINERS],
        "",
        *blocks[Side.TABLE],
    ]  # fmt: skip
    pairs = zip_longest(functions, others, fillvalue="")
    return [
        f"{text.row(report.place)}, {about(report)}",
        "",
        *(f"{left:<{_WIDTH}}  {right}".rstrip() for left, right in pairs),
        "",
        cost(report),
    ]


def _block(report: Report, side: Side) -> list[str]:
    return [side.value.upper(), *(line(reading) for reading in report.of(side))]


def line(reading: Reading) -> str:
    """Show one reading in as many cells as all others."""
    return f"{reading.metric.label:<21}{amount(reading):>12}"


def amount(reading: Reading) -> str:
    """Show the value with its unit."""
    if reading.value is None:
        return NO_DATA
    return f"{number(reading.value)} {reading.metric.unit}".rstrip()


def number(value: float) -> str:
    """Show three significant digits, and every digit of what is counted."""
    if value == int(value) or abs(value) >= 100:  # noqa: PLR2004 -- three digits
        return f"{value:,.0f}"
    return f"{value:.3g}"


def about(report: Report) -> str:
    """Say which time the report covers."""
    cut = slice(5, 16) if report.window.end - report.window.start > _DAY_S else slice(11, 16)
    start, end = (
        _moment(at)[cut].replace("T", " ") for at in (report.window.start, report.window.end)
    )
    return f"the last {report.period.name}: {start} to {end} UTC"


def cost(report: Report) -> str:
    """Say what asking costs."""
    if report.is_local:
        return f"{report.asked} metrics asked; a local cloud answers for nothing"
    once, hourly = report.cost_usd(), report.cost_usd(each_s=REFRESH_S)
    return f"{report.asked} metrics asked: ${once:.5f}, each minute ${hourly:.3f} an hour"


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
