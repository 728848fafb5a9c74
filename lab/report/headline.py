"""The top of the report: the answer in words, and both backends at a glance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lab.backends import Backend
from lab.report import dumbbells, numbers
from lab.report.figure import Figure, Table, bullets, paragraph
from lab.report.markup import Markup, element, join
from lab.report.saturation import highest_rates
from lab.summary import QUANTILES, BackendFigures, Difference, Distribution, Summary

_HEADLINES: Final = ("p50", "p95", "p99")
CLOCKS: Final = (
    "Latency counts from the planned time of a request, so it includes any wait before the sending;"
    " service time counts from the moment when the request was sent."
)


def answer(summary: Summary) -> Markup:
    """Return the sentences on the differences, each with its interval."""
    if summary.ramp:
        return element("ul", element("li", highest_rates(summary)), class_="headline")
    found = [one for one in summary.differences if one.quantile in _HEADLINES]
    without = [
        f"{backend} have no successful response"
        for backend, figures in summary.backends.items()
        if not figures.ok
    ]
    if without:
        sentence = f"No comparison is possible: {' and '.join(without)}."
        return element("ul", element("li", sentence), class_="headline")
    if not found:
        sentence = "No comparison is possible: there are no differences to show."
        return element("ul", element("li", sentence), class_="headline")
    listed = element("ul", *(_item(one) for one in found), class_="headline")
    if all(one.low is None for one in found):
        return listed
    limits = (
        f"In parentheses: the limits of the {summary.confidence * 100:.0f} % interval. p95 is the"
        " time that 95 % of the responses take at most."
    )
    return join((listed, paragraph(limits, "note")))


def _item(difference: Difference) -> Markup:
    sentence = difference.sentence
    return element("li", sentence[:1].upper() + sentence[1:], class_=difference.faster)


def warning(summary: Summary) -> Markup | None:
    """Return the warning that the generator was a limit."""
    if not summary.verdict.generator_limited:
        return None
    text = "The generator was the limit: these figures are its own. Do not rely on them."
    reasons = bullets(summary.verdict.reasons)
    return element("div", paragraph(text), reasons, class_="warning", role="note")


def notes(summary: Summary) -> Markup | None:
    """Return what makes the comparison unfair or uncertain."""
    if not summary.notes:
        return None
    heading = element("h2", "Read with care")
    return element("aside", heading, bullets(summary.notes), class_="notes")


def glance(summary: Summary) -> Figure:
    """Return the chart with the quantiles of both backends."""
    latencies = {backend: figures.latency for backend, figures in summary.backends.items()}
    rows = {name: dumbbells.values(name, latencies) for name in QUANTILES}
    title, label = "Latency of both backends by quantile", "latency in ms, logarithmic"
    return Figure(
        title="Latency of both backends",
        sentence=_glance_sentence(latencies),
        table=_table(summary.backends),
        draw=(lambda width: dumbbells.draw(width, title, label, rows))
        if dumbbells.has_values(rows)
        else None,
        note=CLOCKS,
    )


def _glance_sentence(latencies: Mapping[Backend, Distribution]) -> str:
    parts = []
    for backend, latency in latencies.items():
        median = latency.quantiles.get("p50")
        if median is None or median.value is None:
            parts.append(f"there are too few responses of {backend}")
        else:
            within = numbers.milliseconds(median.value)
            parts.append(f"half of the responses of {backend} take at most {within}")
    return numbers.sentence([", and ".join(parts) or "there are no responses"])


def _table(backends: Mapping[Backend, BackendFigures]) -> Table:
    columns = [
        (f"{backend} {name}", figures)
        for backend, one in backends.items()
        for name, figures in (("latency", one.latency), ("service time", one.service))
    ]
    rows = [
        [name, *(numbers.quantile(figures, name) for _, figures in columns)] for name in QUANTILES
    ]
    rows.append(["greatest", *(numbers.optional(figures.max) for _, figures in columns)])
    rows.append(["responses", *(f"{figures.count:,}" for _, figures in columns)])
    heads = ["quantile", *(name for name, _ in columns)]
    return Table(caption="Times in milliseconds", heads=heads, rows=rows)
