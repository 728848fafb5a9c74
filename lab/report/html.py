"""Write the report of a comparison as one HTML file, which needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Final

from lab.cost.report import CostReport
from lab.report.aws_records import aws_records
from lab.report.cold_starts import cold_starts
from lab.report.cost import cost_section
from lab.report.differences import differences
from lab.report.facts import facts, load
from lab.report.failures import failures
from lab.report.figure import Figure, section
from lab.report.headline import answer, glance, notes, warning
from lab.report.markup import Markup, element, join, void
from lab.report.operations import operations, server_times
from lab.report.samples import Samples
from lab.report.saturation import saturation
from lab.report.spectrum import spectrum
from lab.report.timeline import timeline
from lab.results import Results
from lab.summary import Summary

_TITLE: Final = "Functions or containers"
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
"""The page loads and runs nothing, whatever its texts contain."""


def render(results: Results, summary: Summary, cost: CostReport | None = None) -> str:
    """Return the report as HTML, with the part on costs if there is a calculation."""
    samples = Samples.of(results)
    figures = [
        *(saturation(results, summary) if summary.ramp else _comparison(summary, samples)),
        timeline(results, samples),
        cold_starts(results, summary, samples),
        *aws_records(results),
        failures(summary),
    ]
    body = element(
        "main",
        element(
            "header",
            element("h1", _TITLE),
            _line(_about(results)),
            _line(load(results, summary)),
        ),
        warning(summary),
        answer(summary),
        notes(summary),
        section("What was measured", *(figure.render() for figure in figures)),
        cost_section(cost) if cost else None,
        section("How it was measured", facts(results, summary, cost)),
    )
    page = element("html", _head(), element("body", body), lang="en")
    return f"<!DOCTYPE html>\n{page}\n"


def _comparison(summary: Summary, samples: Samples) -> list[Figure]:
    """Return the charts of runs with one rate: a ramp has no quantiles of its own."""
    return [
        glance(summary),
        differences(summary),
        spectrum(summary, samples),
        operations(summary),
        server_times(summary),
    ]


def _line(parts: Sequence[str]) -> Markup:
    """Return facts in one line, which breaks between them only."""
    spans = [element("span", part) for part in parts if part]
    return element("p", join(spans, " · "), class_="meta")


def _about(results: Results) -> list[str]:
    if not results.runs:
        return ["The results hold no run."]
    where = results.runs[0].environment
    place = where.stack or "backends without a stack"
    if not where.is_local and where.stack:
        place = f"stack {where.stack}"
    return [f"Measured on: {place}", where.region, where.started_at]


def _head() -> Markup:
    return element(
        "head",
        void("meta", charset="utf-8"),
        void("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        void("meta", name="viewport", content="width=device-width, initial-scale=1"),
        void("meta", name="color-scheme", content="light dark"),
        element("title", _TITLE),
        element("style", _style_sheet()),
    )


@cache
def _style_sheet() -> Markup:
    sheet = resources.files("lab.report").joinpath("report.css").read_text("utf-8")
    return Markup("\n".join(line.strip() for line in sheet.splitlines() if line.strip()))
