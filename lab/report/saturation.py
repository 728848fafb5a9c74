"""Saturation: what each backend achieves at each step of a ramp."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lab.backends import Backend
from lab.report import numbers, svg
from lab.report.figure import Figure, Table
from lab.report.markup import Markup, join
from lab.report.scales import Linear, Log, linear_range, log_range
from lab.report.svg import Frame, Key, Point
from lab.results import Results
from lab.statistics import words
from lab.summary import RampStep, Summary
from lab.thresholds import Threshold, parse_target

_MOST: Final = 60
"""The most steps of a backend that are drawn and listed, apart from the last and the highest."""

Sides = Mapping[Backend, Sequence[RampStep]]


@dataclass(frozen=True, kw_only=True)
class _Ramp:
    """The steps of each backend, and the target."""

    sides: Sides
    target: Threshold | None

    @property
    def quantile(self) -> str:
        """The figure of the target, or p95."""
        return self.target.figure if self.target else "p95"

    def value(self, step: RampStep) -> float | None:
        """Return that figure of a step, in milliseconds."""
        if self.quantile == "max":
            return step.latency.max
        found = step.latency.quantiles.get(self.quantile)
        return found.value if found else None

    def values(self, backend: Backend) -> list[tuple[RampStep, float]]:
        found = [(step, self.value(step)) for step in self.sides[backend]]
        return [(step, value) for step, value in found if value is not None]


def saturation(results: Results, summary: Summary) -> list[Figure]:
    """Return the charts of the ramp."""
    sides = {backend: _shown(backend, summary) for backend in Backend}
    ramp = _Ramp(
        sides={backend: steps for backend, steps in sides.items() if steps},
        target=parse_target(results.target) if results.target else None,
    )
    table = _table([step for steps in ramp.sides.values() for step in steps], len(summary.ramp))
    has_latencies = any(ramp.values(backend) for backend in ramp.sides)
    return [
        Figure(
            title="Achieved rate",
            sentence=numbers.sentence([_most_achieved(one, summary) for one in ramp.sides]),
            table=table,
            draw=lambda width: _draw_rates(width, ramp),
            note="On the thin diagonal, a backend responds as often as it is asked.",
        ),
        Figure(
            title=f"Latency at each rate ({ramp.quantile})",
            sentence=_latency_sentence(ramp),
            table=table,
            draw=(lambda width: _draw_latencies(width, ramp)) if has_latencies else None,
            note="A hollow marker is a step that missed the target." if ramp.target else "",
        ),
    ]


def _shown(backend: Backend, summary: Summary) -> Sequence[RampStep]:
    """Return the steps of a backend. Of many, every nth, the last, and the highest with target."""
    steps = [step for step in summary.ramp if step.backend is backend]
    stride = -(-len(steps) // _MOST)
    highest = (summary.highest_rate or {}).get(backend)
    return [
        step
        for number, step in enumerate(steps, start=1)
        if (number - 1) % stride == 0 or number == len(steps) or step.rate == highest
    ]


def highest_rates(summary: Summary) -> str:
    """Return the sentence on the highest rate of each backend."""
    parts = []
    first = {step.backend: step for step in reversed(summary.ramp)}
    for backend, rate in (summary.highest_rate or {}).items():
        if rate is not None:
            highest = words.highest_rate(summary, backend, " per second")
            parts.append(f"the highest rate at which {backend} met the target is {highest}")
        elif backend in first and first[backend].met is None:
            parts.append(f"too few requests to tell whether {backend} met the target")
        else:
            parts.append(f"{backend} missed the target at the lowest rate")
    return numbers.sentence(parts or [_most_achieved(one, summary) for one in first])


def _most_achieved(backend: Backend, summary: Summary) -> str:
    most = max(step.achieved_per_s for step in summary.ramp if step.backend is backend)
    return f"{backend} achieved up to {numbers.number(most)} per second"


def _latency_sentence(ramp: _Ramp) -> str:
    parts = []
    for backend in ramp.sides:
        found = ramp.values(backend)
        if found:
            (low, first), (high, last) = found[0], found[-1]
            start = f"{numbers.milliseconds(first)} at {numbers.number(low.rate)} per second"
            end = f"{numbers.milliseconds(last)} at {numbers.number(high.rate)}"
            parts.append(f"the {ramp.quantile} of {backend} goes from {start} to {end}")
    return numbers.sentence(parts or [f"the steps have too few responses for {ramp.quantile}"])


def _rate_scales(frame: Frame, ramp: _Ramp) -> tuple[Linear, Linear]:
    steps = [step for one in ramp.sides.values() for step in one]
    rates = [step.rate for step in steps]
    achieved = [step.achieved_per_s for step in steps]
    ticks = 5 if frame.width <= svg.NARROW else 8
    x_scale = Linear(*linear_range(rates), frame.left, frame.x_end, ticks)
    return x_scale, Linear(*linear_range([*rates, *achieved]), frame.y_end, frame.top)


def _draw_rates(width: int, ramp: _Ramp) -> Markup:
    legend, top = svg.legend([svg.backend_key(backend) for backend in ramp.sides], width)
    frame = Frame(width=width, height=top + 290, left=56, top=top + 24)
    x_scale, y_scale = _rate_scales(frame, ramp)
    end = min(x_scale.high, y_scale.high)
    parts = [
        svg.bottom_axis(frame, x_scale, "asked per second", numbers.tick),
        svg.left_axis(frame, y_scale, "achieved per second", numbers.tick),
        svg.line(((x_scale(0), y_scale(0)), (x_scale(end), y_scale(end))), "axis"),
    ]
    for backend, steps in ramp.sides.items():
        points = [(x_scale(step.rate), y_scale(step.achieved_per_s)) for step in steps]
        parts.append(_line(backend, steps, points))
    return svg.canvas(frame, "Achieved rate over asked rate", legend, *parts)


def _line(backend: Backend, steps: Sequence[RampStep], points: Sequence[Point]) -> Markup:
    parts = [svg.line(points, backend, svg.DASH[backend])]
    for step, at in zip(steps, points, strict=True):
        look = "hollow" if step.met is False else "full"
        parts.append(svg.marker(svg.MARKER[backend], at, f"{look} {backend}"))
    return join(parts)


def _draw_latencies(width: int, ramp: _Ramp) -> Markup:
    keys = [svg.backend_key(backend) for backend in ramp.sides]
    if ramp.target:
        keys.append(Key(label="missed the target", sample=_missed))
    legend, top = svg.legend(keys, width)
    frame = Frame(width=width, height=top + 290, left=56, top=top + 24)
    x_scale, _ = _rate_scales(frame, ramp)
    limit = [ramp.target.limit] if ramp.target else []
    values = [value for backend in ramp.sides for _, value in ramp.values(backend)]
    around = [one * factor for one in limit for factor in (0.7, 1.4)]  # room for its label
    y_scale = Log(*log_range([*values, *around]), frame.y_end, frame.top)
    label = f"{ramp.quantile} in ms, logarithmic"
    parts = [
        svg.bottom_axis(frame, x_scale, "asked per second", numbers.tick),
        svg.left_axis(frame, y_scale, label, numbers.tick),
        *(_target(frame, y_scale(one), one) for one in limit if one > 0),
    ]
    for backend in ramp.sides:
        shown = ramp.values(backend)
        points = [(x_scale(step.rate), y_scale(value)) for step, value in shown]
        parts.append(_line(backend, [step for step, _ in shown], points))
    return svg.canvas(frame, f"{ramp.quantile} over asked rate", legend, *parts)


def _target(frame: Frame, y: float, limit: float) -> Markup:
    ends = (frame.left, y), (frame.x_end, y)
    label = f"target {numbers.milliseconds(limit)}"
    text = svg.text((frame.left + 8, y - 6), label, class_="strong halo")
    return join((svg.line(ends, "zero", "2 3"), text))


def _missed(at: Point) -> Markup:
    return svg.marker("circle", at, "hollow neutral")


def _table(ramp: Sequence[RampStep], count: int) -> Table:
    """Return the figures of the steps in *ramp*, out of *count*."""
    heads = ["step", "achieved", "p50 (ms)", "p95 (ms)", "p99 (ms)"]
    heads += ["errors", "throttled", "dropped", "target"]
    met = {True: "met", False: "missed", None: numbers.NONE}
    rows = [
        [
            f"{step.backend}, {numbers.number(step.rate)}/s",
            numbers.number(step.achieved_per_s),
            *(numbers.quantile(step.latency, name) for name in ("p50", "p95", "p99")),
            *(f"{number:,}" for number in (step.errors, step.throttled, step.dropped)),
            met[step.met],
        ]
        for step in ramp
    ]
    caption = "Steps of the ramp"
    if len(ramp) < count:
        caption = f"{len(ramp)} of {count} steps of the ramp; the results file has all"
    return Table(caption=caption, heads=heads, rows=rows)
