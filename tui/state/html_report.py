"""The HTML report of a comparison, with its costs."""

from __future__ import annotations

from collections.abc import Mapping

from lab.cost.of_results import report_of
from lab.report import html
from lab.results import Results
from lab.summary import Summary
from tui.settings import price_file


def page(results: Results, summary: Summary, environ: Mapping[str, str]) -> str:
    """Return the report, with the costs of the measured traffic at the prices in use."""
    cost = report_of(results, summary, price_file.path(environ))
    return html.render(results, summary, cost)
