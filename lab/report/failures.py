"""What happened to the planned requests: responses, throttles, errors, drops."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from lab.backends import Backend
from lab.report import numbers, svg
from lab.report.figure import Figure, Table
from lab.report.markup import Markup, join
from lab.report.scales import Linear, linear_range
from lab.report.svg import Frame, Key, Point
from lab.summary import BackendFigures, Summary

_ROW: Final = 50
_BAR: Final = 14

Counts = Mapping[str, Mapping[Backend, int]]


def failures(summary: Summary) -> Figure:
    """Return the chart of the requests without an expected response."""
    counts = _counts(summary.backends)
    shown = {name: one for name, one in counts.items() if any(one.values())}
    return Figure(
        title="Requests without the expected response",
        sentence=_sentence(summary.backends),
        table=_table(summary.backends, counts),
        draw=(lambda width: _draw(width, shown)) if shown else None,
    )


def _counts(backends: Mapping[Backend, BackendFigures]) -> Counts:
    counts = {
        "throttled": {backend: one.throttled for backend, one in backends.items()},
        "dropped": {backend: one.dropped for backend, one in backends.items()},
        "skipped": {backend: one.skipped for backend, one in backends.items()},
        "stopped": {backend: one.stopped for backend, one in backends.items()},
    }
    classes = sorted({name for one in backends.values() for name in one.error_classes})
    for name in classes:
        counts[f"error: {name}"] = {
            backend: one.error_classes.get(name, 0) for backend, one in backends.items()
        }
    return counts


def _sentence(backends: Mapping[Backend, BackendFigures]) -> str:
    if not any(one.planned for one in backends.values()):
        return "No request was planned."
    parts = [f"{backend}: {_one_side(one)}" for backend, one in backends.items()]
    return numbers.sentence(parts)


def _one_side(one: BackendFigures) -> str:
    counted = {
        "throttled": one.throttled,
        "failed": one.errors,
        "dropped by the generator": one.dropped,
        "skipped": one.skipped,
        "stopped by the user": one.stopped,
    }
    found = [f"{number:,} {name}" for name, number in counted.items() if number]
    if found:
        return f"of {numbers.count(one.planned, 'planned request')}, {', '.join(found)}"
    if one.ok < one.planned:
        return f"{one.ok:,} of {one.planned:,} planned requests responded as expected"
    return f"all {one.planned:,} planned requests responded as expected"


def _draw(width: int, counts: Counts) -> Markup:
    backends = list(dict.fromkeys(side for one in counts.values() for side in one))
    keys = [Key(label=one.value, sample=partial(_sample, backend=one)) for one in backends]
    legend, top = svg.legend(keys, width)
    left = 10 + round(max(svg.text_width(name) for name in counts))
    frame = Frame(width=width, height=top + _ROW * len(counts) + 44, left=left, right=60, top=top)
    most = max(number for one in counts.values() for number in one.values())
    scale = Linear(*linear_range([most]), frame.left, frame.x_end, 4)
    parts = [svg.bottom_axis(frame, scale, "requests", _whole)]
    for number, (name, one) in enumerate(counts.items()):
        y = top + _ROW * number + 10
        parts.append(svg.text((0, y + _BAR + 4), name))
        parts += [_bar(scale, y + _BAR * index, *side) for index, side in enumerate(one.items())]
    return svg.canvas(frame, "Requests without the expected response, by class", legend, *parts)


def _whole(value: float) -> str:
    return numbers.number(value) if value == round(value) else ""


def _bar(scale: Linear, y: float, backend: Backend, number: int) -> Markup:
    """Return a bar with its number; functions are full, containers hollow."""
    end = scale(number)
    bar = svg.rectangle((scale.start, y + 1), (end, y + _BAR - 1), _look(backend))
    return join((bar if number else None, svg.text((end + 6, y + 11), f"{number:,}")))


def _look(backend: Backend) -> str:
    return f"{'full' if backend is Backend.FUNCTIONS else 'hollow'} {backend}"


def _sample(at: Point, backend: Backend) -> Markup:
    x, y = at
    return svg.rectangle((x - 14, y - 6), (x + 14, y + 6), _look(backend))


def _table(backends: Mapping[Backend, BackendFigures], counts: Counts) -> Table:
    figures = backends.values()
    rows = [
        ["planned", *(f"{one.planned:,}" for one in figures)],
        ["sent", *(f"{one.sent:,}" for one in figures)],
        ["expected response", *(f"{one.ok:,}" for one in figures)],
        ["errors", *(f"{one.errors:,}" for one in figures)],
        *([name, *(f"{one[side]:,}" for side in backends)] for name, one in counts.items()),
    ]
    rows += [
        *(
            [f"status {status}", *(f"{one.statuses.get(status, 0):,}" for one in figures)]
            for status in sorted({status for one in figures for status in one.statuses})
        ),
        ["new connections", *(f"{one.new_connections:,}" for one in figures)],
        ["asked per second", *(numbers.number(one.asked_per_s) for one in figures)],
        ["achieved per second", *(numbers.number(one.achieved_per_s) for one in figures)],
    ]
    return Table(caption="Requests by outcome", heads=["requests", *backends], rows=rows)
