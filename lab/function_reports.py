"""REPORT lines, which Lambda writes into the log of a function for each invocation."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lab.results import FunctionReport
from lab.statistics.means import block_means
from lab.statistics.quantiles import distribution

PATTERN: Final = '"REPORT RequestId"'
"""The filter of CloudWatch Logs."""
_START: Final = "REPORT RequestId: "


@dataclass(frozen=True, kw_only=True)
class ReportLine:
    """One invocation. *init_ms* and *billed_init_ms* are None unless it was a cold start."""

    at_ms: int
    billed_ms: float
    run_ms: float
    """The billed duration without init."""
    memory_mb: float
    init_ms: float | None = None
    billed_init_ms: float | None = None


def parse(at_ms: int, message: str) -> ReportLine | None:
    """Return what a line says, or None if it is no REPORT line. *at_ms* is its Unix time."""
    if not message.startswith(_START):
        return None
    values = _values(message)
    if not {"Duration", "Billed Duration", "Max Memory Used"} <= values.keys():
        return None
    billed = values["Billed Duration"]
    init = values.get("Init Duration", values.get("Restore Duration"))
    return ReportLine(
        at_ms=at_ms,
        billed_ms=billed,
        # Since August 2025, the billed duration includes the init. Before, it did not.
        run_ms=billed if init is None else max(1, math.ceil(values["Duration"])),
        memory_mb=values["Max Memory Used"],
        init_ms=init,
        billed_init_ms=values.get("Billed Restore Duration", init),
    )


def _values(message: str) -> dict[str, float]:
    """Return the fields with a number, for example `Duration: 1.23 ms`. Tabs separate them."""
    found = {}
    for part in message.split("\t"):
        name, _, value = part.strip().partition(": ")
        number, _, unit = value.partition(" ")
        if unit in {"ms", "MB"}:
            try:
                found[name] = float(number)
            except ValueError:
                continue
    return found


def figures(operation: str, lines: Sequence[ReportLine]) -> FunctionReport:
    """Return the figures of one function with at least one line."""
    cold = [line for line in lines if line.init_ms is not None]
    return FunctionReport(
        operation=operation,
        billed=distribution(line.billed_ms for line in lines),
        billed_ms=statistics.fmean(line.billed_ms for line in lines),
        run_ms=statistics.fmean(line.run_ms for line in lines),
        init=distribution(line.init_ms for line in cold),
        init_ms=_mean([line.init_ms for line in cold]),
        billed_init_ms=_mean([line.billed_init_ms for line in cold]),
        max_memory_mb=max(line.memory_mb for line in lines),
    )


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known else None


def run_blocks(lines: Sequence[ReportLine]) -> list[float]:
    """Return the means of *run_ms* in consecutive parts of the run."""
    return block_means([line.run_ms for line in sorted(lines, key=lambda line: line.at_ms)])
