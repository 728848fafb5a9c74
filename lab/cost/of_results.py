"""The cost calculation of a comparison, for its report."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from lab.cost import prices
from lab.cost.errors import CostError
from lab.cost.measured import inputs_from
from lab.cost.report import CostReport, cost_report
from lab.results import Results
from lab.summary import Summary

DEFAULT_REGION: Final = "us-east-1"


def report_of(results: Results, summary: Summary, refreshed: Path | None = None) -> CostReport:
    """Calculate the costs in the region of the comparison, or else in `DEFAULT_REGION`.

    If the file *refreshed* is damaged or lacks a price, the packaged prices are used.
    """
    found = inputs_from(results, summary)
    region = found.region or DEFAULT_REGION
    reason = ""
    for name, file in ((region, refreshed), (region, None), (DEFAULT_REGION, None)):
        note = [f"prices: those of {name} in the package. {reason}"] if reason else []
        try:
            listed = prices.load(name, file)
            return cost_report(found.inputs, listed, found.intervals, [*found.notes, *note])
        except CostError as error:
            reason = reason or str(error)
    raise CostError(reason)
