"""The requests of a month: a constant rate, or a day that repeats."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from lab.cost.errors import CostError
from lab.cost.numbers import number_of
from lab.cost.units import HOURS

DAY_H: Final = Decimal(24)
COLUMNS: Final = ("hours", "requests_per_s", "new_connections_per_s")
"""The columns of a traffic file. The last one is optional."""
_PERIOD: Final = re.compile(r"(\d+(?:\.\d+)?)x(\d+(?:\.\d+)?)(h|m)", re.ASCII)
_LEAST_H: Final = 1 / Decimal(60)
_ROUNDING_H: Final = Decimal("0.01")
_REPAIR: Final = "Let the hours of all periods add up to 24."


@dataclass(frozen=True, kw_only=True)
class Period:
    """A part of the day with a constant rate of requests."""

    hours: Decimal
    requests_per_s: Decimal
    new_connections_per_s: Decimal = Decimal(0)

    @property
    def requests(self) -> Decimal:
        """The requests of the period in a day."""
        return self.requests_per_s * self.hours * 3600

    @property
    def connections_per_request(self) -> Decimal:
        rate = self.requests_per_s
        return self.new_connections_per_s / rate if rate else Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """*requests* in a month, spread over the day in proportion to the rates of *periods*."""

    requests: Decimal
    periods: Sequence[Period]

    @classmethod
    def constant(cls, requests: Decimal | int) -> Traffic:
        """Return traffic with the same rate all day."""
        period = Period(hours=DAY_H, requests_per_s=Decimal(1))
        return cls(requests=Decimal(requests), periods=[period])

    @classmethod
    def of_day(cls, periods: Sequence[Period]) -> Traffic:
        """Return the traffic of a month in which every day has these *periods*."""
        hours = sum((period.hours for period in periods), Decimal(0))
        if abs(hours - DAY_H) > _ROUNDING_H:
            raise CostError(f"The periods of the day have {hours:f} hours. {_REPAIR}")
        if not any(period.requests for period in periods):
            raise CostError("The day has no requests. Give at least one period a rate above 0.")
        month = sum((period.requests for period in periods), Decimal(0)) * HOURS / DAY_H
        return cls(requests=month, periods=periods)

    def of(self, requests: Decimal) -> Traffic:
        """Return the same day with another number of requests in a month."""
        return replace(self, requests=requests)

    @property
    def day_requests(self) -> Decimal:
        """The requests of a day with the rates of *periods*: only their proportions count."""
        return sum((period.requests for period in self.periods), Decimal(0))

    def share(self, period: Period) -> Decimal:
        """Return the share of all requests that arrive in *period*."""
        return period.requests / self.day_requests

    def rate(self, period: Period) -> Decimal:
        """Return the requests per second in *period*."""
        return self.requests * period.requests_per_s * DAY_H / (self.day_requests * HOURS)

    def requests_at(self, period: Period, rate: Decimal) -> Decimal:
        """Return the requests of a month with which *period* has this *rate*."""
        return rate * self.day_requests * HOURS / (period.requests_per_s * DAY_H)

    @property
    def busy_hours(self) -> Decimal:
        """The hours of a month with requests."""
        if not self.requests:
            return Decimal(0)
        hours = (period.hours for period in self.periods if period.requests_per_s)
        return sum(hours, Decimal(0)) * HOURS / DAY_H


def parse_day(text: str) -> Traffic:
    """Read a day such as ``5x20h,200x4h``: requests per second, and for how long."""
    return Traffic.of_day([_parse_period(part.strip()) for part in text.split(",")])


def _parse_period(text: str) -> Period:
    found = _PERIOD.fullmatch(text)
    if not found:
        raise CostError(
            f"{text!r} is not a period of a day. Write requests per second, x, and hours (h) or "
            "minutes (m), as in 5x20h,200x4h."
        )
    rate, length, unit = found.groups()
    hours = number_of("The length of a period", length) / (60 if unit == "m" else 1)
    period = Period(hours=hours, requests_per_s=number_of("The rate of a period", rate))
    _check(period)
    return period


def parse_csv(text: str, name: str) -> Traffic:
    """Read a day from CSV with the columns `COLUMNS`, one line for each period."""
    reader = csv.DictReader(io.StringIO(text), restkey="more")
    header = tuple(column.strip() for column in reader.fieldnames or ())
    if header not in {COLUMNS, COLUMNS[:2]}:
        raise CostError(
            f"The first line of {name} must be {','.join(COLUMNS[:2])} or {','.join(COLUMNS)}."
        )
    reader.fieldnames = header
    periods = list(_periods(reader, name))
    if not periods:
        raise CostError(f"{name} has no periods. Add a line for each part of the day.")
    try:
        return Traffic.of_day(periods)
    except CostError as error:
        raise CostError(f"{name}: {error}") from error


def _periods(reader: csv.DictReader[str], name: str) -> Iterable[Period]:
    for row in reader:
        try:
            yield _period(row)
        except CostError as error:
            raise CostError(f"{name}, line {reader.line_num}: {error}") from error


def _period(row: Mapping[str, str]) -> Period:
    if "more" in row:
        raise CostError("There are more values than columns in the first line.")
    values = {column: number_of(column, value or "") for column, value in row.items()}
    period = Period(**values)
    _check(period)
    return period


def _check(period: Period) -> None:
    """Check what Fargate and the rates allow: a task is charged for a minute at least."""
    if period.hours < _LEAST_H:
        raise CostError("A period has at least one minute.")
    if period.new_connections_per_s and not period.requests_per_s:
        raise CostError("There are new connections without requests.")
