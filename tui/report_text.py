"""The texts of a metrics report, for the command and the screen."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from lab.cloudwatch.metrics import Reading
from lab.cloudwatch.stack_metrics import MetricsReport
from tui import text

REFRESH_S: Final = 60
NO_DATA: Final = "-"
_DAY_S: Final = 24 * 3600


def line(reading: Reading) -> str:
    """Return the line of one reading; all lines have the same width."""
    value = NO_DATA if reading.value is None else number(reading.value)
    return f"{reading.metric.label:<21}{value:>9} {reading.metric.unit:<2}"


def number(value: float) -> str:
    """Return a number with three significant digits; whole numbers keep all digits."""
    if value == int(value) or abs(value) >= 100:  # noqa: PLR2004 -- three digits
        return f"{value:,.0f}"
    return f"{value:.3g}"


def compact(value: float) -> str:
    """Return a number with three significant digits and a suffix for thousands or millions."""
    rounded = float(f"{value:.3g}")
    for suffix, unit in (("B", 1e9), ("M", 1e6), ("K", 1e3)):
        if rounded >= unit:
            return f"{rounded / unit:g}{suffix}"
    return f"{rounded:g}"


def about(report: MetricsReport) -> str:
    """Return the period of the report."""
    start, end = times(report.window.start, report.window.end)
    return f"the last {report.period.name}: {start} to {end} UTC"


def times(start: float, end: float) -> tuple[str, str]:
    """Return two times in UTC, with their dates if they can differ."""
    form = "%m-%d %H:%M" if end - start >= _DAY_S else "%H:%M"
    first, last = (datetime.fromtimestamp(at, UTC).strftime(form) for at in (start, end))
    return first, last


def cost(report: MetricsReport) -> str:
    """Return the cost of the request."""
    requested = f"{text.count(report.query_count, 'metric')} requested"
    if report.is_local:
        return f"{requested}, free of charge from a local cloud"
    once, hourly = report.cost_usd(), report.cost_usd(every_s=REFRESH_S)
    return f"{requested} for ${once:,.5f} (every minute: ${hourly:,.3f} per hour)"


def moment(at: float) -> str:
    """Return the time in RFC 3339."""
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
