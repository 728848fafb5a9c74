"""The percentile spectrum: how long the slowest requests take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from lab.backends import Backend
from lab.report import numbers, svg
from lab.report.figure import Figure, Table
from lab.report.markup import Markup, join
from lab.report.samples import Latencies, Samples, has_support, last_share
from lab.report.scales import Log, log_range
from lab.report.svg import Frame, Key, Point
from lab.statistics.quantiles import position
from lab.summary import QUANTILES, Summary, Support

_POINTS: Final = 90
_APART: Final = 8
_FEW: Final = "1 4"


def spectrum(summary: Summary, samples: Samples) -> Figure:
    """Return the chart of all quantiles, up to the last one with enough samples."""
    sides = {backend: samples.latencies[backend] for backend in summary.backends}
    sides = {backend: found for backend, found in sides.items() if has_support(len(found), 0)}
    return Figure(
        title="From the median to the slowest requests",
        sentence=_sentence(summary),
        table=_table(sides),
        draw=(lambda width: _draw(width, sides)) if sides else None,
        note=(
            "Both axes are logarithmic. Each line ends where the samples no longer support a"
            " quantile; its dotted end rests on few samples."
        )
        if sides
        else "",
    )


def _sentence(summary: Summary) -> str:
    parts = []
    for backend, figures in summary.backends.items():
        supported = [
            (name, one.value)
            for name, one in figures.latency.quantiles.items()
            if one.value is not None and one.support is not Support.NONE
        ]
        if supported:
            name, value = supported[-1]
            within = f"{QUANTILES[name] * 100:g} % of the responses of {backend}"
            parts.append(f"{within} take at most {numbers.milliseconds(value)}")
    if not parts:
        return "There are too few responses for quantiles."
    return f"{', and '.join(parts)}."


def _draw(width: int, sides: Mapping[Backend, Latencies]) -> Markup:
    keys = [svg.backend_key(backend) for backend in sides]
    if any(row.cold for found in sides.values() for _, row in found):
        keys.append(Key(label="cold request (hollow)", sample=_cold_sample))
    legend, top = svg.legend(keys, width)
    frame = Frame(width=width, height=top + 320, left=52, top=top + 24)
    last = max(1 / (1 - last_share(len(found))[1]) for found in sides.values())
    x_scale = Log(1, max(last, 20) * 1.15, frame.left, frame.x_end)
    limits = log_range([value for found in sides.values() for value in _shown(found)])
    y_scale = Log(*limits, frame.y_end, frame.top)
    axes = (
        _quantile_axis(frame, x_scale),
        svg.left_axis(frame, y_scale, "latency in ms", numbers.tick),
    )
    lines = [_side(backend, found, x_scale, y_scale) for backend, found in sides.items()]
    title = "Percentile spectrum: latency over quantile"
    return svg.canvas(frame, title, legend, *axes, *lines)


def _cold_sample(at: Point) -> Markup:
    return svg.marker("circle", at, "hollow neutral", size=3.5)


def _shown(found: Latencies) -> Sequence[float]:
    last = position(len(found), last_share(len(found))[1])
    return [found[0][0], found[last][0]]


class _Ticks(Log):
    """The quantiles that readers know."""

    def ticks(self) -> Sequence[float]:
        shown = (0.5, 0.9, 0.95, 0.99, 0.999, 0.9999, 0.99999)
        return [1 / (1 - share) for share in shown if 1 / (1 - share) <= self.high]


def _quantile_axis(frame: Frame, scale: Log) -> Markup:
    ticks = _Ticks(scale.low, scale.high, scale.start, scale.end)
    return svg.bottom_axis(
        frame, ticks, "quantile", lambda value: f"p{round((1 - 1 / value) * 100, 3):g}"
    )


def _side(backend: Backend, found: Latencies, x_scale: Log, y_scale: Log) -> Markup:
    """Return the line of a backend, its marked end, its named quantiles and its cold requests."""
    full, marked = last_share(len(found))

    def at(share: float) -> Point:
        return x_scale(1 / (1 - share)), y_scale(found[position(len(found), share)][0])

    limit = max(1 / (1 - full), 1)
    steps = [limit ** (number / _POINTS) for number in range(_POINTS + 1)]
    solid = [at(1 - 1 / step) for step in steps]
    return join(
        (
            svg.line(solid, backend, svg.DASH[backend]),
            svg.line((at(full), at(marked)), backend, _FEW),
            *_cold(backend, found, x_scale, y_scale),
            *(
                svg.marker(svg.MARKER[backend], at(share), f"full {backend}")
                for share in QUANTILES.values()
                if share <= marked
            ),
        )
    )


def _cold(backend: Backend, found: Latencies, x_scale: Log, y_scale: Log) -> list[Markup]:
    """Return the cold requests on the line, without those that would lie on each other."""
    parts, free_from = [], float("-inf")
    limit = 1 / (1 - last_share(len(found))[1])
    for index, (value, row) in enumerate(found):
        position = len(found) / (len(found) - index - 0.5)
        if row.cold and position <= limit and x_scale(position) >= free_from:
            at = (x_scale(position), y_scale(value))
            parts.append(svg.marker(svg.MARKER[backend], at, f"hollow {backend}", size=3.5))
            free_from = at[0] + _APART
    return parts


def _table(sides: Mapping[Backend, Latencies]) -> Table:
    shares = (0.0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9995, 0.9999)
    rows = [
        [f"p{share * 100:g}", *(_cell(found, share) for found in sides.values())]
        for share in shares
        if any(share <= last_share(len(found))[1] for found in sides.values())
    ]
    rows.append(["greatest", *(numbers.number(found[-1][0]) for found in sides.values())])
    heads = ["quantile", *(f"{backend} (ms)" for backend in sides)]
    return Table(caption="Latency in milliseconds by quantile", heads=heads, rows=rows)


def _cell(found: Latencies, share: float) -> str:
    full, marked = last_share(len(found))
    if share > marked:
        return numbers.NONE
    return numbers.number(found[position(len(found), share)][0]) + ("*" if share > full else "")
