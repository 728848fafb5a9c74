"""Cold starts: where the time of cold and warm requests goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from lab.backends import Backend
from lab.report import numbers, svg
from lab.report.figure import Figure, Table
from lab.report.markup import Markup, join
from lab.report.samples import Samples
from lab.report.scales import Linear, linear_range
from lab.report.svg import Frame, Key, Point
from lab.results import Results
from lab.rows import Row
from lab.statistics import words
from lab.statistics.quantiles import position
from lab.summary import Summary

_ROW: Final = 52
_BAR: Final = 20
_HATCH: Final = 6


@dataclass(frozen=True, kw_only=True)
class _Request:
    """One request that stands for its kind, with the parts of its latency."""

    name: str
    backend: Backend
    latency: float
    parts: Sequence[float]
    """Initialization, handler, and the rest."""


PARTS: Final = ("initialization", "handler", "network, gateway or balancer, waiting")


def cold_starts(results: Results, summary: Summary, samples: Samples) -> Figure:
    """Return the chart of a typical cold, the slowest cold and a typical warm request."""
    shown = [one for backend in summary.backends for one in _typical(backend, samples)]
    return Figure(
        title="Cold and warm requests",
        sentence=_sentence(summary),
        table=_table(summary, shown),
        draw=(lambda width: _draw(width, shown)) if shown else None,
        note=_launch(results),
    )


def _typical(backend: Backend, samples: Samples) -> list[_Request]:
    found = [row for _, row in samples.latencies[backend]]
    cold = [row for row in found if row.cold]
    warm = [row for row in found if not row.cold]
    chosen = []
    if cold:
        chosen.append((f"{backend}: median cold request", cold[position(len(cold), 0.5)]))
        chosen.append((f"{backend}: slowest cold request", cold[-1]))
    if warm:
        chosen.append((f"{backend}: median warm request", warm[position(len(warm), 0.5)]))
    return [_request(name, row) for name, row in chosen]


def _request(name: str, row: Row) -> _Request:
    latency = row.latency_ms or 0.0
    init, app = row.init_ms or 0.0, row.app_ms or 0.0
    parts = (init, app, max(latency - init - app, 0.0))
    return _Request(name=name, backend=row.backend, latency=latency, parts=parts)


def _sentence(summary: Summary) -> str:
    parts = []
    for backend, figures in summary.backends.items():
        parts.append(f"{backend}: {words.share(figures.cold_share)}")
    return numbers.sentence([f"cold responses of {'; '.join(parts)}"])


def _launch(results: Results) -> str:
    """Return why there is no launch time line of containers."""
    if any(run.environment.is_local for run in results.runs):
        where = "The local cloud has no launch timeline of tasks."
    else:
        where = "These results have no launch timeline of tasks."
    return (
        f"{where} Reading it (created, image pulled, started, healthy) needs AWS credentials with"
        " ecs:ListTasks and ecs:DescribeTasks. The init time is the one in Server-Timing."
    )


def _draw(width: int, shown: Sequence[_Request]) -> Markup:
    keys = [Key(label=name, sample=partial(_sample, index=i)) for i, name in enumerate(PARTS)]
    legend, top = svg.legend(keys, width)
    right = 12 + round(max(svg.text_width(numbers.milliseconds(one.latency)) for one in shown))
    frame = Frame(width=width, height=top + _ROW * len(shown) + 44, left=4, right=right, top=top)
    limits = linear_range([one.latency for one in shown])
    scale = Linear(*limits, frame.left, frame.x_end, 4 if width <= svg.NARROW else 8)
    parts = [svg.bottom_axis(frame, scale, "ms", numbers.tick)]
    for number, one in enumerate(shown):
        y = top + _ROW * number + 18
        parts += [svg.text((frame.left, y), one.name, class_="halo"), _bar(scale, y + 6, one)]
    return svg.canvas(frame, "Parts of the latency of cold and warm requests", legend, *parts)


def _sample(at: Point, index: int) -> Markup:
    x, y = at
    return _segment((x - 12, y - 7), (x + 12, y + 7), index, "neutral")


def _bar(scale: Linear, y: float, one: _Request) -> Markup:
    parts, start = [], 0.0
    for index, value in enumerate(one.parts):
        if value > 0:
            ends = scale(start), scale(start + value)
            parts.append(_segment((ends[0], y), (ends[1], y + _BAR), index, one.backend))
        start += value
    label = svg.text((scale(start) + 6, y + 14), numbers.milliseconds(one.latency), class_="halo")
    return join((*parts, label))


def _segment(start: Point, end: Point, index: int, class_: str) -> Markup:
    """Return a part of a bar: full, hatched or hollow."""
    (left, top), (right, bottom) = start, end
    if index == 0:
        return svg.rectangle(start, end, f"full {class_} thin")
    box = svg.rectangle(start, end, f"hollow {class_} thin")
    if index > 1:
        return box
    places = range(round(left) + _HATCH // 2, round(right), _HATCH)
    return join((box, *(svg.line(((x, top), (x, bottom)), f"{class_} thin") for x in places)))


def _table(summary: Summary, shown: Sequence[_Request]) -> Table:
    rows = [
        [one.name, *(numbers.number(value) for value in one.parts), numbers.number(one.latency)]
        for one in shown
    ]
    for backend, figures in summary.backends.items():
        for name, found in (("cold", figures.cold), ("warm", figures.warm)):
            quantiles = [f"{key} {numbers.quantile(found, key)}" for key in ("p50", "p95", "p99")]
            row = f"{backend}: all {found.count:,} {name}"
            rows.append([row, "", "", "", ", ".join(quantiles)])
    heads = ["request", *PARTS, "latency"]
    return Table(caption="Cold and warm requests, in milliseconds", heads=heads, rows=rows)
