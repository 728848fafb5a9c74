"""The timeline of a run: every request as a dot, the slots, and the failures at the foot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from lab.backends import Backend
from lab.plan import Slot
from lab.report import numbers, svg
from lab.report.figure import Figure, Table
from lab.report.markup import Markup, coordinate, join, void
from lab.report.samples import Latencies, Samples
from lab.report.scales import Linear, Log, Scale, log_range
from lab.report.svg import Frame, Key, Point
from lab.results import Results, Run
from lab.rows import Outcome, Row

_DOTS: Final = {svg.WIDE: 700, svg.NARROW: 350}
"""The most dots of a backend, by the width of the chart."""
_LANE: Final = 20
_SLOT_LANE: Final = 8
_HEAD: Final = 56
_PLOT: Final = 280
_ROWS: Final = 60
_FOOT: Final = {
    "errors": Outcome.ERROR,
    "throttled": Outcome.THROTTLED,
    "dropped": Outcome.DROPPED,
}
_STEPS: Final = 30
"""A backend with more slots has a line through their middles instead of a step for each."""
_MOST_POINTS: Final = 200
"""The most points of such a line."""
_GAP: Final = 2
"""Boxes with a smaller gap, in pixels, are drawn as one: the eye cannot tell them apart."""


@dataclass(frozen=True, kw_only=True)
class _Plot:
    """One drawing of the timeline."""

    frame: Frame
    x: Scale
    y: Scale
    samples: Samples
    slots: Sequence[Slot]

    @property
    def foot(self) -> float:
        """The upper end of the lanes of failures."""
        return self.y(self.y.low) + 6


def timeline(results: Results, samples: Samples) -> Figure:
    """Return the timeline of the first run. *samples* are those of all runs."""
    run = results.runs[0] if results.runs else None
    if run and len(results.runs) > 1:
        samples = Samples(run.rows)
    has_data = any(samples.latencies.values())
    return Figure(
        title="The run over time" + ("" if len(results.runs) <= 1 else " (the first run)"),
        sentence=_sentence(samples),
        table=_table(run, samples),
        draw=(lambda width: _draw(width, run, samples)) if run and has_data else None,
        note=_note(run.slots, samples) if run and has_data else "",
    )


def _sentence(samples: Samples) -> str:
    found = _failed(samples)
    listed = ", ".join(f"{number:,} {name}" for name, number in found.items())
    foot = f"the foot marks the failures ({listed})" if found else "no request failed"
    return f"Each dot is a response, at the planned time of its request; {foot}."


def _failed(samples: Samples) -> dict[str, int]:
    """Return the number of failed requests of each kind that occurred."""
    counted = {name: samples.total(outcome) for name, outcome in _FOOT.items()}
    return {name: number for name, number in counted.items() if number}


def _note(slots: Sequence[Slot], samples: Samples) -> str:
    sides = samples.latencies.values()
    total = sum(len(found) for found in sides)
    drawn = sum(len(thin(found, _DOTS[svg.WIDE])) for found in sides)
    is_long = any(len(_slots_of(slots, backend)) > _MOST_POINTS for backend in Backend)
    most = f", for at most {_MOST_POINTS} slots of a backend" if is_long else ""
    lines = (
        "The thick lines are the p50 and the thin lines the p95 of a slot, where it has enough"
        f" requests{most}. The strips at the top show which backend has the slot."
    )
    if drawn == total:
        return lines
    return (
        f"{lines} {drawn:,} of {total:,} responses are drawn, among them the slowest of"
        " each stretch; none is an average."
    )


def thin(found: Latencies, most: int) -> Latencies:
    """Return at most *most* responses: every nth, and the slowest of each stretch of time."""
    if len(found) <= most:
        return found
    ordered = sorted(found, key=lambda pair: pair[1].planned_s)
    stretch = -(-len(ordered) // (most // 3))
    kept: list[tuple[float, Row]] = []
    for start in range(0, len(ordered), stretch):
        part = ordered[start : start + stretch]
        slowest = max(part, key=lambda pair: pair[0])
        chosen = (part[0], part[len(part) // 2], slowest)
        kept += {id(row): (value, row) for value, row in chosen}.values()
    return kept


def _draw(width: int, run: Run, samples: Samples) -> Markup:
    legend, top = svg.legend(_keys(samples), width)
    lanes = list(_failed(samples))
    foot = _LANE * len(lanes) + (6 if lanes else 0)
    frame = Frame(
        width=width,
        height=top + _HEAD + _PLOT + foot + 44,
        left=76 if lanes else 52,
        top=top + _HEAD,
    )
    sides = samples.latencies
    limits = log_range([value for found in sides.values() for value, _ in found])
    start = min([slot.start_s for slot in run.slots] or [0.0])
    end = max([slot.end_s for slot in run.slots] + [row.planned_s for row in samples.rows])
    ticks = 5 if width <= svg.NARROW else 10
    plot = _Plot(
        frame=frame,
        x=Linear(start, max(end, start + 0.1), frame.left, frame.x_end, ticks),
        y=Log(*limits, frame.top + _PLOT, frame.top),
        samples=samples,
        slots=run.slots,
    )
    dots = [
        svg.dots(
            ((plot.x(row.planned_s), plot.y(value)) for value, row in thin(found, _DOTS[width])),
            side,
        )
        for side, found in sides.items()
    ]
    parts = [_slots(plot), *_axes(plot), *dots, *_lines(plot), *_foot(plot, lanes)]
    return svg.canvas(frame, "Timeline of the run: latency over time", legend, *parts)


def _keys(samples: Samples) -> list[Key]:
    present = [backend for backend, found in samples.latencies.items() if found]
    keys = [
        Key(label=backend.value, sample=partial(_dot_sample, backend=backend))
        for backend in present
    ]
    return [
        *keys,
        Key(label="p50", sample=lambda at: _line_sample(at, "neutral thick")),
        Key(label="p95", sample=lambda at: _line_sample(at, "neutral thin")),
    ]


def _dot_sample(at: Point, backend: Backend) -> Markup:
    return svg.marker(svg.MARKER[backend], at, f"full {backend}", size=3.5)


def _line_sample(at: Point, class_: str) -> Markup:
    return svg.line(((at[0] - 12, at[1]), (at[0] + 12, at[1])), class_)


def _axes(plot: _Plot) -> tuple[Markup, Markup]:
    return (
        svg.bottom_axis(plot.frame, plot.x, "seconds from the start", numbers.tick),
        svg.left_axis(plot.frame, plot.y, "latency in ms, logarithmic", numbers.tick, 26),
    )


def _slots(plot: _Plot) -> Markup:
    """Return the shade of each slot with one backend, and the strip of each backend."""
    top, bottom = plot.y(plot.y.high), plot.y(plot.y.low)
    parts = []
    for index, backend in enumerate(Backend):
        own = _slots_of(plot.slots, backend)
        alone = [slot for slot in own if len(slot.backends) == 1]
        strip = plot.frame.top - 2 * (_SLOT_LANE + 1) + index * (_SLOT_LANE + 1)
        parts.append(_boxes(plot, alone, (top, bottom), f"slot {backend}"))
        parts.append(_boxes(plot, own, (strip, strip + _SLOT_LANE - 1), f"full {backend} thin"))
    return join(parts)


def _slots_of(slots: Sequence[Slot], backend: Backend) -> Sequence[Slot]:
    return [slot for slot in slots if backend in slot.backends]


def _boxes(plot: _Plot, slots: Sequence[Slot], y: tuple[float, float], class_: str) -> Markup:
    steps = "".join(
        f"M{coordinate(start)} {coordinate(y[0])}V{coordinate(y[1])}"
        f"H{coordinate(end)}V{coordinate(y[0])}z"
        for start, end in joined((plot.x(slot.start_s), plot.x(slot.end_s)) for slot in slots)
    )
    return void("path", d=steps, class_=class_) if steps else Markup()


def joined(spans: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return *spans* in order; those with a gap that is too small to be seen are one."""
    found: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if found and start - found[-1][1] < _GAP:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _lines(plot: _Plot) -> list[Markup]:
    """Return the p50 and the p95 of each backend in each slot with enough samples."""
    parts = []
    for backend in Backend:
        own = _slots_of(plot.slots, backend)
        own = own[:: -(-len(own) // _MOST_POINTS) or 1]
        for share, class_ in ((0.5, "thick"), (0.95, "thin")):
            steps = [
                ((plot.x(slot.start_s), plot.y(value)), (plot.x(slot.end_s), plot.y(value)))
                for slot in own
                if (value := plot.samples.slot_quantile(slot.number, backend, share))
            ]
            lines = steps if len(own) <= _STEPS else [[_middle(*step) for step in steps]]
            parts += [svg.line(one, f"{class_} {backend}", svg.DASH[backend]) for one in lines]
    return parts


def _middle(start: Point, end: Point) -> Point:
    return (start[0] + end[0]) / 2, start[1]


def _foot(plot: _Plot, lanes: Sequence[str]) -> list[Markup]:
    """Return a lane of ticks for each kind of failure: above functions, below containers."""
    parts = []
    for number, name in enumerate(lanes):
        top = plot.foot + number * _LANE
        parts.append(svg.text((0, top + 14), name, class_="muted"))
        for index, backend in enumerate(Backend):
            y = top + 2 + index * (_LANE / 2 - 1)
            found = {
                round(plot.x(row.planned_s))
                for row in plot.samples.rows
                if row.outcome is _FOOT[name] and row.backend is backend
            }
            steps = "".join(f"M{x} {coordinate(y)}v{_LANE // 2 - 2}" for x in sorted(found))
            parts.append(void("path", d=steps, class_=backend) if steps else Markup())
    return parts


def _table(run: Run | None, samples: Samples) -> Table:
    """Return the figures of each slot; of the first ones if there are many."""
    heads = ["slot", "time", "backend", "responses", "p50 (ms)", "p95 (ms)", *_FOOT]
    slots = run.slots if run else ()
    pairs = [(slot, backend) for slot in slots for backend in slot.backends]
    rows = [_table_row(slot, backend, samples) for slot, backend in pairs[:_ROWS]]
    caption = "Slots of the run"
    if len(pairs) > _ROWS:
        caption = f"The first {_ROWS} of {len(pairs)} slots; the results file has all"
    return Table(caption=caption, heads=heads, rows=rows)


def _table_row(slot: Slot, backend: Backend, samples: Samples) -> list[str]:
    key = slot.number, backend
    return [
        str(slot.number),
        f"{numbers.number(slot.start_s)} to {numbers.seconds(slot.end_s)}",
        backend,
        f"{len(samples.by_slot.get(key, ())):,}",
        *(numbers.optional(samples.slot_quantile(*key, share)) for share in (0.5, 0.95)),
        *(f"{samples.outcomes.get((*key, outcome), 0):,}" for outcome in _FOOT.values()),
    ]
