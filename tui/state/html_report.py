"""The HTML report of a comparison, with its costs."""

from __future__ import annotations

from collections.abc import Mapping

from lab.cost.errors import CostError
from lab.cost.of_results import report_of
from lab.cost.report import CostReport
from lab.report import html
from lab.results import Results
from lab.summary import Summary
from tui.settings import price_file


def page(results: Results, summary: Summary, environ: Mapping[str, str]) -> str:
    """Return the report, with the costs of the measured traffic if they can be calculated."""
    return html.render(results, summary, _cost(results, summary, environ))


def _cost(results: Results, summary: Summary, environ: Mapping[str, str]) -> CostReport | None:
    try:
        return report_of(results, summary, price_file.path(environ))
    except CostError:
        return None
