"""Thresholds on figures: `--fail-if 'containers.p95>300ms'`, and the target of a ramp."""

from __future__ import annotations

import difflib
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from lab.backends import Backend
from lab.plan import Operation
from lab.summary import QUANTILES, BackendFigures, Difference, Distribution, Summary

DIFFERENCE: Final = "difference"

_OPERATORS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_TIMES: Final = (*QUANTILES, "max")
_GROUPS: Final = ("service", "warm", "cold", *Operation, "app", "db", "init")
"""The times beside the latency of all requests: `functions.read.p95`."""
_SHARES: Final = ("errors", "throttled", "dropped", "skipped", "cold")
_FIGURES: Final = (
    *(
        f"{backend}.{name}"
        for backend in Backend
        for name in (
            *_TIMES,
            *(f"{group}.{time}" for group in _GROUPS for time in _TIMES),
            *_SHARES,
            "achieved",
        )
    ),
    *(f"{DIFFERENCE}.{name}" for name in QUANTILES),
)
# The factor to the unit of the figure: milliseconds, a share, or a rate.
_UNITS: Final[Mapping[str, Mapping[str, float]]] = {
    "ms": {"ms": 1, "s": 1000},
    "%": {"%": 0.01},
    "/s": {"": 1, "/s": 1},
}
_FORM: Final = re.compile(r"\s*([\w.]+)\s*(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)\s*(ms|s|%|/s|)\s*")


class InvalidThreshold(ValueError):
    """The text is not a threshold. The message gives the form or the nearest name."""


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """A condition on one figure.

    *limit* is in milliseconds, a share between 0 and 1, or requests per second, as *unit* says.
    """

    text: str
    figure: str
    operator: str
    limit: float
    unit: str

    def holds(self, value: float) -> bool:
        return _OPERATORS[self.operator](value, self.limit)

    def check(self, summary: Summary) -> str | None:
        """Return the message if the summary fails the threshold, and None if it passes.

        A figure without data fails: it is not known whether it would pass.
        """
        value = figure(summary, self.figure)
        if value is None:
            return f"{self.figure} has no value, so the threshold {self.text} fails" + (
                f": {reason}" if (reason := _why_unknown(summary, self.figure)) else ""
            )
        if not self.holds(value):
            return None
        return f"{self.figure} is {self._show(value)}, {self._distance(value)} ({self.text})"

    def _distance(self, value: float) -> str:
        if value == self.limit:
            return "exactly the limit"
        relation = "above" if value > self.limit else "below"
        away = self._show(abs(value - self.limit))
        return f"{away} {relation} the limit of {self._show(self.limit)}"

    def _show(self, value: float) -> str:
        if self.unit == "%":
            return f"{value * 100:.4g} %"
        digits = f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"  # noqa: PLR2004
        return f"{digits}{self.unit}" if self.unit == "/s" else f"{digits} {self.unit}"


def parse(text: str) -> Threshold:
    """Return the threshold that *text* describes, for example `functions.errors>0.1%`.

    Raises:
        InvalidThreshold: the text has another form, or the figure does not exist.

    """
    return _parse(text, _FIGURES, "containers.p95>300ms")


def parse_target(text: str) -> Threshold:
    """Return the target of a ramp, for example `p95<200ms`: an upper limit for each backend.

    Raises:
        InvalidThreshold: the text has another form.

    """
    found = _parse(text, _TIMES, "p95<200ms")
    if not found.operator.startswith("<"):
        raise InvalidThreshold(f"{text}: a target is an upper limit: write it as p95<200ms")
    return found


def _parse(text: str, figures: tuple[str, ...], example: str) -> Threshold:
    form = _FORM.fullmatch(text)
    if form is None:
        raise InvalidThreshold(f"{text}: write a figure, a comparison and a limit: {example}")
    name, comparison, number, unit = form.groups()
    if name not in figures:
        near = difflib.get_close_matches(name, figures, n=1, cutoff=0)
        raise InvalidThreshold(f"{text}: unknown figure {name}: did you mean {near[0]}?")
    kind = unit_of(name)
    if unit not in _UNITS[kind]:
        accepted = " or ".join(each for each in _UNITS[kind] if each)
        raise InvalidThreshold(f"{text}: give the limit of {name} in {accepted}")
    limit = float(number) * _UNITS[kind][unit]
    return Threshold(text=text.strip(), figure=name, operator=comparison, limit=limit, unit=kind)


def unit_of(figure: str) -> str:
    """Return `ms`, `%` or `/s`."""
    name = figure.rpartition(".")[2]
    if name in _SHARES:
        return "%"
    return "/s" if name == "achieved" else "ms"


def figure(summary: Summary, name: str) -> float | None:
    """Return the figure *name*, or None if there is no data for it.

    Differences are functions minus containers, and need an interval. A time has no value if it
    could be that of a failed request.
    """
    subject, _, rest = name.partition(".")
    if subject == DIFFERENCE:
        found = _difference(summary, rest)
        return found.value if found and found.low is not None else None
    figures = summary.backends.get(Backend(subject))
    return None if figures is None else _of_backend(figures, rest)


def _why_unknown(summary: Summary, name: str) -> str:
    """Return why the figure has no value, or an empty text if it just has too few requests."""
    subject, _, rest = name.partition(".")
    if subject == DIFFERENCE:
        found = _difference(summary, rest)
        return found.sentence if found else ""
    figures = summary.backends.get(Backend(subject))
    if figures is None or unit_of(rest) != "ms" or not _is_failure(figures, rest):
        return ""
    return f"{figures.due - figures.ok:,} of {figures.due:,} requests did not succeed"


def _difference(summary: Summary, quantile: str) -> Difference | None:
    return next((one for one in summary.differences if one.quantile == quantile), None)


def _is_failure(figures: BackendFigures, name: str) -> bool:
    """Return whether the time could be that of a failed request."""
    share = next((p for quantile, p in QUANTILES.items() if name.endswith(quantile)), 1.0)
    return figures.could_be_failure(share)


def _of_backend(figures: BackendFigures, name: str) -> float | None:
    if unit_of(name) == "ms":
        return None if _is_failure(figures, name) else _time(figures, name)
    counts = {
        "errors": figures.errors,
        "throttled": figures.throttled,
        "dropped": figures.dropped,
    }
    if name in counts:
        due = figures.sent + figures.dropped
        return counts[name] / due if due else None
    if name == "skipped":
        return figures.skipped_share
    if name == "cold":
        return figures.cold_share.value
    return figures.achieved_per_s if figures.ok else None


def _time(figures: BackendFigures, name: str) -> float | None:
    """Return a quantile or the greatest value, in milliseconds."""
    group = next((each for each in _GROUPS if name.startswith(f"{each}.")), "")
    name = name.removeprefix(f"{group}.")
    distributions: dict[str, Distribution] = {
        "": figures.latency,
        "service": figures.service,
        "warm": figures.warm,
        "cold": figures.cold,
        **{str(operation): times for operation, times in figures.operations.items()},
        **figures.server_ms,
    }
    distribution = distributions.get(group)
    if distribution is None:
        return None
    return distribution.max if name == "max" else distribution.quantiles[name].value
