"""The top of the report: the answer in words, and both backends at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from lab.backends import Backend
from lab.report import numbers, svg
from lab.report.figure import Figure, Table, bullets, paragraph
from lab.report.markup import Markup, element, join
from lab.report.saturation import highest_rates
from lab.report.scales import Log, log_range
from lab.report.svg import Frame
from lab.summary import QUANTILES, BackendFigures, Difference, Distribution, Summary

_HEADLINES: Final = ("p50", "p95", "p99")
_ROW: Final = 46
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
    limits = f"In parentheses: the limits of the {summary.confidence * 100:.0f} % interval."
    return join((listed, paragraph(limits, "note")))


def _item(difference: Difference) -> Markup:
    sentence = difference.sentence
    return element("li", sentence[:1].upper() + sentence[1:], class_=difference.faster)


def warning(summary: Summary) -> Markup | None:
    """Return the warning that the generator was a limit."""
    if not summary.verdict.generator_limited:
        return None
    text = "The load generator was itself a limit in this run. Do not rely on these figures."
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
    has_data = any(_values(one) for one in latencies.values())
    return Figure(
        title="Latency of both backends",
        sentence=_glance_sentence(latencies),
        table=_table(summary.backends),
        draw=(lambda width: _draw(width, latencies)) if has_data else None,
        note=CLOCKS + (" * few samples: the figure is uncertain." if _has_marks(summary) else ""),
    )


def _values(distribution: Distribution) -> list[float]:
    return [one.value for one in distribution.quantiles.values() if one.value is not None]


def _has_marks(summary: Summary) -> bool:
    return any("*" in cell for row in _table(summary.backends).rows for cell in row)


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


def _draw(width: int, latencies: Mapping[Backend, Distribution]) -> Markup:
    legend, top = svg.legend([svg.backend_key(backend) for backend in latencies], width)
    frame = Frame(width=width, height=top + _ROW * len(QUANTILES) + 44, left=92, top=top)
    values = [value for one in latencies.values() for value in _values(one)]
    scale = Log(*log_range(values), frame.left, frame.x_end - 40)
    parts = [svg.bottom_axis(frame, scale, "latency in ms, logarithmic", numbers.number)]
    for number, name in enumerate(QUANTILES):
        y = top + _ROW * (number + 0.5)
        parts.append(svg.text((0, y + 4), name, class_="strong"))
        parts.append(_pair(scale, y, _at(name, latencies)))
    return svg.canvas(frame, "Latency of both backends by quantile", legend, *parts)


def _at(name: str, latencies: Mapping[Backend, Distribution]) -> dict[Backend, float]:
    found = {backend: one.quantiles.get(name) for backend, one in latencies.items()}
    return {backend: one.value for backend, one in found.items() if one and one.value is not None}


def _pair(scale: Log, y: float, values: Mapping[Backend, float]) -> Markup:
    """Return both values of a quantile, joined by a line, the smaller with its label left."""
    if not values:
        return svg.text((scale.start + 6, y + 4), "too few samples", class_="muted halo")
    ordered = sorted(values.items(), key=lambda pair: pair[1])
    parts = [svg.line([(scale(value), y) for _, value in ordered], "axis")]
    sides: Sequence[tuple[float, svg.Anchor]] = ((-9, "end"), (9, "start"))
    for (backend, value), (shift, anchor) in zip(ordered, sides, strict=False):
        at = scale(value)
        parts.append(svg.marker(svg.MARKER[backend], (at, y), f"full {backend}", size=5.5))
        parts.append(svg.text((at + shift, y + 4), numbers.number(value), anchor, "halo"))
    return join(parts)


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
