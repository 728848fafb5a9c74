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
    """Calculate the costs in the region of the comparison, or else in `DEFAULT_REGION`."""
    found = inputs_from(results, summary)
    region = found.region or DEFAULT_REGION
    try:
        listed = prices.load(region, refreshed)
        return cost_report(found.inputs, listed, found.intervals, found.notes)
    except CostError as error:
        note = f"prices: those of {DEFAULT_REGION}. {error}"
        listed = prices.load(DEFAULT_REGION, refreshed)
        return cost_report(found.inputs, listed, found.intervals, [*found.notes, note])
