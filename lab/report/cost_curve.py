"""Cost over traffic, with every crossing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from lab.backends import Backend
from lab.cost.break_even import BreakEven, Crossing
from lab.cost.report import CostReport, CurvePoint
from lab.cost.words import crossing_sentences
from lab.report import svg
from lab.report.figure import Figure, Table
from lab.report.markup import Markup, coordinate, join, void
from lab.report.money import axis_requests, axis_usd, usd
from lab.report.scales import Linear, Log, Scale, linear_range, log_range
from lab.report.svg import Frame, Key, Point

_PLOT: Final = 300
_MOST_SENTENCES: Final = 3
_LEAST_NEAR: Final = 2
"""With fewer crossings, the chart of all traffic shows enough."""
_MOST_RATIO: Final = 20
"""Crossings further apart than this have no chart of their own."""
_LEAST_RATIO: Final = 1e5
"""Costs below the highest one by more than this are at the foot of the chart."""


def cost_curves(report: CostReport) -> list[Figure]:
    """Return the charts of both costs over the requests of a month."""
    table = _table(report)
    whole = Figure(
        title="Cost and break-even",
        sentence=_sentence(report.break_even),
        table=table,
        draw=(lambda width: _draw(width, report)) if len(report.curve) > 1 else None,
        note=_note(report),
    )
    found = report.break_even.crossings
    if len(found) < _LEAST_NEAR or found[-1].requests > found[0].requests * _MOST_RATIO:
        return [whole]
    near = Figure(
        title="The break-even in detail",
        sentence=_near_sentence(found),
        table=table,
        draw=lambda width: _draw_near(width, report),
        note="Both axes are linear here. The numbers are those of the table.",
    )
    return [whole, near]


def _sentence(found: BreakEven) -> str:
    sentences = crossing_sentences(found)
    if len(found.crossings) <= _MOST_SENTENCES:
        return " ".join(sentences)
    first, last = found.crossings[0], found.crossings[-1]
    return (
        f"{sentences[0]} The costs cross {len(found.crossings)} times, first at"
        f" {first.requests:,} and last at {last.requests:,} requests a month; the table has all."
    )


def _near_sentence(found: Sequence[Crossing]) -> str:
    last = found[-1]
    return (
        f"The lines cross {len(found)} times; from {last.requests:,} requests a month on,"
        f" {last.cheaper} stay cheaper."
    )


def _note(report: CostReport) -> str:
    axes = "Both axes are logarithmic. The costs leave out what both backends share."
    if report.inputs.containers.scaling.saturation_per_s is not None:
        axes += " The containers rise in steps where the traffic needs one more task."
    if report.band is None:
        return axes
    earliest, latest = _last(report.band.earliest), _last(report.band.latest)
    return (
        f"{axes} The shaded bands come from the intervals of the measured inputs: with these, the"
        f" last break-even is at {earliest} at the earliest, and at {latest} at the latest."
    )


def _last(found: BreakEven) -> str:
    return f"{found.last.requests:,} requests a month" if found.last else "never"


def _cost(point: CurvePoint, backend: Backend) -> float:
    is_functions = backend is Backend.FUNCTIONS
    return float(point.functions_usd if is_functions else point.containers_usd)


def _range(point: CurvePoint, backend: Backend) -> tuple[float, float]:
    is_functions = backend is Backend.FUNCTIONS
    low, high = point.functions_range if is_functions else point.containers_range
    return float(low), float(high)


def _draw(width: int, report: CostReport) -> Markup:
    legend, top = svg.legend(_keys(report), width)
    frame = Frame(width=width, height=top + 40 + _PLOT + 44, left=62, right=16, top=top + 40)
    x_scale = Log(report.curve[0].requests, report.curve[-1].requests, frame.left, frame.x_end)
    y_scale = Log(*_cost_range(report), frame.y_end, frame.top)
    parts = [
        svg.bottom_axis(frame, x_scale, "requests a month", axis_requests),
        svg.left_axis(frame, y_scale, "USD a month", axis_usd, 27),
        *_lines(report.curve, x_scale, y_scale),
        _idle(report, frame, x_scale, y_scale),
        _traffic(report, frame, x_scale),
        *_crossings(report.break_even.crossings, x_scale, y_scale),
    ]
    title = "Monthly cost of both backends over requests a month"
    return svg.canvas(frame, title, legend, *parts)


def _draw_near(width: int, report: CostReport) -> Markup:
    """Return the part of the lines around the crossings."""
    found = report.break_even.crossings
    low, high = found[0].requests * 0.7, found[-1].requests * 1.3
    curve = [one for one in report.curve if low <= one.requests <= high]
    legend, top = svg.legend(_keys(report), width)
    frame = Frame(width=width, height=top + 28 + _PLOT + 44, left=62, right=24, top=top + 28)
    ticks = 4 if width <= svg.NARROW else 8
    x_scale = Linear(curve[0].requests, curve[-1].requests, frame.left, frame.x_end, ticks)
    costs = [_cost(one, backend) for one in curve for backend in Backend]
    y_scale = Linear(0, linear_range(costs)[1], frame.y_end, frame.top)
    parts = [
        svg.bottom_axis(frame, x_scale, "requests a month", axis_requests),
        svg.left_axis(frame, y_scale, "USD a month", axis_usd),
        *_lines(curve, x_scale, y_scale),
        *_crossings(found, x_scale, y_scale),
    ]
    return svg.canvas(frame, "Monthly cost of both backends around the break-even", legend, *parts)


def _keys(report: CostReport) -> list[Key]:
    keys = [svg.line_key(backend) for backend in Backend]
    if report.break_even.crossings:
        keys.append(Key(label="break-even", sample=_crossing_mark))
    return keys


def _lines(curve: Sequence[CurvePoint], x_scale: Scale, y_scale: Scale) -> Iterator[Markup]:
    for backend in Backend:
        points = [(x_scale(one.requests), y_scale(_cost(one, backend))) for one in curve]
        yield _band(curve, backend, x_scale, y_scale)
        yield svg.line(points, backend, svg.DASH[backend])


def _cost_range(report: CostReport) -> tuple[float, float]:
    costs = [_cost(one, backend) for one in report.curve for backend in Backend]
    costs.append(float(report.break_even.idle_containers_usd))
    least = max(costs) / _LEAST_RATIO
    return log_range([one for one in costs if one >= least])


def _band(curve: Sequence[CurvePoint], backend: Backend, x_scale: Scale, y_scale: Scale) -> Markup:
    """Return the area between the bounds, or nothing where there are none."""
    ranges = [(x_scale(one.requests), *_range(one, backend)) for one in curve]
    if all(low == high for _, low, high in ranges):
        return Markup()
    below = [(x, y_scale(low)) for x, low, _ in ranges]
    above = [(x, y_scale(high)) for x, _, high in reversed(ranges)]
    steps = "L".join(f"{coordinate(x)} {coordinate(y)}" for x, y in (*below, *above))
    return void("path", d=f"M{steps}z", class_=f"band {backend}")


def _idle(report: CostReport, frame: Frame, x_scale: Scale, y_scale: Scale) -> Markup:
    """Return the floor of the containers, which cost this without any request."""
    floor = report.break_even.idle_containers_usd
    if not floor:
        return Markup()
    y = y_scale(float(floor))
    label = f"idle containers {usd(floor)}"
    numbers = [_number_at(one, x_scale, y_scale) for one in report.break_even.crossings]
    left, right = frame.left + 6, frame.x_end - 6 - svg.text_width(label)
    places = [(left, y - 7), (left, y + 16), (right, y + 16), (right, y - 7)]
    at = next((one for one in places if _is_free(one, label, numbers)), places[0])
    line = svg.line(((frame.left, y), (frame.x_end, y)), "axis", "2 3")
    return join((line, svg.text(at, label, class_="muted halo")))


def _is_free(at: Point, label: str, numbers: Sequence[Point]) -> bool:
    """Return whether a label that begins at a place is apart from the numbers of crossings."""
    x, y = at
    end = x + svg.text_width(label)
    return not any(
        x - svg.CHARACTER < one_x < end + svg.CHARACTER and abs(one_y - y) < svg.LINE_HEIGHT
        for one_x, one_y in numbers
    )


def _traffic(report: CostReport, frame: Frame, x_scale: Log) -> Markup:
    """Return the line of the traffic that the items are calculated for."""
    requests = float(report.inputs.traffic.requests)
    if not x_scale.low <= requests <= x_scale.high:
        return Markup()
    x = x_scale(requests)
    label = "this traffic"
    half = svg.text_width(label) / 2
    at = min(max(x, half), frame.width - half), frame.top - 8
    line = svg.line(((x, frame.top - 4), (x, frame.y_end)), "axis", "5 3")
    return join((line, svg.text(at, label, "middle", "muted")))


def _crossing_mark(at: Point) -> Markup:
    return svg.marker("diamond", at, "hollow neutral", size=6)


def _number_at(one: Crossing, x_scale: Scale, y_scale: Scale) -> Point:
    """Return the place for the number of a crossing: below it, or above it at the foot."""
    x, y = x_scale(one.requests), y_scale(float(one.functions_usd))
    return x, y + (22 if y + 26 < y_scale(y_scale.low) else -12)


def _crossings(found: Sequence[Crossing], x_scale: Scale, y_scale: Scale) -> list[Markup]:
    """Return each crossing with its number, as in the table. Numbers without room are left out."""
    parts, free_from = [], float("-inf")
    for number, one in enumerate(found, 1):
        x, y = _number_at(one, x_scale, y_scale)
        parts.append(_crossing_mark((x, y_scale(float(one.functions_usd)))))
        if x - svg.CHARACTER >= free_from:
            parts.append(svg.text((x, y), str(number), "middle", "strong halo"))
            free_from = x + svg.CHARACTER * 2
    return parts


def _table(report: CostReport) -> Table:
    found = report.break_even
    idle = (usd(found.idle_functions_usd), usd(found.idle_containers_usd), found.idle_cheaper)
    rows = [["no requests", "0", "0", *idle]]
    rows += [
        [
            f"break-even {number}",
            f"{one.requests:,}",
            f"{one.per_second:,.2f}",
            usd(one.functions_usd),
            usd(one.containers_usd),
            one.cheaper,
        ]
        for number, one in enumerate(found.crossings, 1)
    ]
    heads = [
        "point",
        "requests a month",
        "per second",
        "functions",
        "containers",
        "cheaper from here",
    ]
    caption = f"Every break-even up to {found.searched_to:,} requests a month"
    return Table(caption=caption, heads=heads, rows=rows)
