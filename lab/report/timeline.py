"""The timeline of a run: every request as a dot, the slots, and the failures at the foot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from lab.backends import Backend
from lab.plan import Slot
from lab.report import numbers, svg
from lab.report.figure import Figure, Table
from lab.report.markup import Markup, coordinate, join, void
from lab.report.samples import last_share, latencies
from lab.report.scales import Linear, Log, Scale, log_range
from lab.report.svg import Frame, Key, Point
from lab.results import Results, Run
from lab.rows import Outcome, Row
from lab.statistics.quantiles import position

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
_LEAST: Final = 5
_STEPS: Final = 30
"""A backend with more slots has a line through their middles instead of a step for each."""


@dataclass(frozen=True, kw_only=True)
class _Plot:
    """One drawing of the timeline."""

    frame: Frame
    x: Scale
    y: Scale
    rows: Sequence[Row]
    slots: Sequence[Slot]

    @property
    def foot(self) -> float:
        """The upper end of the lanes of failures."""
        return self.y(self.y.low) + 6


def timeline(results: Results) -> Figure:
    """Return the timeline of the first run."""
    run = results.runs[0] if results.runs else None
    rows = [row for row in run.rows if not row.is_warm_up] if run else []
    has_data = any(row.latency_ms is not None and row.outcome is Outcome.OK for row in rows)
    return Figure(
        title="The run over time" + ("" if len(results.runs) <= 1 else " (the first run)"),
        sentence=_sentence(rows),
        table=_table(run),
        draw=(lambda width: _draw(width, run, rows)) if run and has_data else None,
        note=_note(rows) if has_data else "",
    )


def _sentence(rows: Sequence[Row]) -> str:
    counted = {name: sum(row.outcome is one for row in rows) for name, one in _FOOT.items()}
    found = [f"{number:,} {name}" for name, number in counted.items() if number]
    foot = f"the foot marks the failures ({', '.join(found)})" if found else "no request failed"
    return f"Each dot is a response, at the planned time of its request; {foot}."


def _note(rows: Sequence[Row]) -> str:
    total = sum(len(latencies(rows, backend)) for backend in Backend)
    drawn = sum(len(thin(latencies(rows, one), _DOTS[svg.WIDE])) for one in Backend)
    lines = (
        "The thick lines are the p50 and the thin lines the p95 of a slot, where it has enough"
        " requests. The strips at the top show which backend has the slot."
    )
    if drawn == total:
        return lines
    return (
        f"{lines} {drawn:,} of {total:,} responses are drawn, among them the slowest of"
        " each stretch; none is an average."
    )


def thin(found: Sequence[tuple[float, Row]], most: int) -> list[tuple[float, Row]]:
    """Return at most *most* responses: every nth, and the slowest of each stretch of time."""
    if len(found) <= most:
        return list(found)
    ordered = sorted(found, key=lambda pair: pair[1].planned_s)
    stretch = -(-len(ordered) // (most // 3))
    kept: list[tuple[float, Row]] = []
    for start in range(0, len(ordered), stretch):
        part = ordered[start : start + stretch]
        slowest = max(part, key=lambda pair: pair[0])
        chosen = (part[0], part[len(part) // 2], slowest)
        kept += {id(row): (value, row) for value, row in chosen}.values()
    return kept


def _draw(width: int, run: Run, rows: Sequence[Row]) -> Markup:
    legend, top = svg.legend(_keys(rows), width)
    lanes = [name for name, one in _FOOT.items() if any(row.outcome is one for row in rows)]
    foot = _LANE * len(lanes) + (6 if lanes else 0)
    frame = Frame(
        width=width,
        height=top + _HEAD + _PLOT + foot + 44,
        left=76 if lanes else 52,
        top=top + _HEAD,
    )
    sides = {backend: latencies(rows, backend) for backend in Backend}
    limits = log_range([value for found in sides.values() for value, _ in found])
    start = min([slot.start_s for slot in run.slots] or [0.0])
    end = max([slot.end_s for slot in run.slots] + [row.planned_s for row in rows])
    ticks = 5 if width <= svg.NARROW else 10
    plot = _Plot(
        frame=frame,
        x=Linear(start, max(end, start + 0.1), frame.left, frame.x_end, ticks),
        y=Log(*limits, frame.top + _PLOT, frame.top),
        rows=rows,
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


def _keys(rows: Sequence[Row]) -> list[Key]:
    present = [one for one in Backend if any(row.backend is one for row in rows)]
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
        own = [slot for slot in plot.slots if backend in slot.backends]
        alone = [slot for slot in own if len(slot.backends) == 1]
        strip = plot.frame.top - 2 * (_SLOT_LANE + 1) + index * (_SLOT_LANE + 1)
        parts.append(_boxes(plot, alone, (top, bottom), f"slot {backend}"))
        parts.append(_boxes(plot, own, (strip, strip + _SLOT_LANE - 1), f"full {backend} thin"))
    return join(parts)


def _boxes(plot: _Plot, slots: Sequence[Slot], y: tuple[float, float], class_: str) -> Markup:
    steps = "".join(
        f"M{coordinate(plot.x(slot.start_s))} {coordinate(y[0])}V{coordinate(y[1])}"
        f"H{coordinate(plot.x(slot.end_s))}V{coordinate(y[0])}z"
        for slot in slots
    )
    return void("path", d=steps, class_=class_) if steps else Markup()


def _lines(plot: _Plot) -> list[Markup]:
    """Return the p50 and the p95 of each backend in each slot with enough samples."""
    by_slot = _by_slot(plot.rows)
    parts = []
    for backend in Backend:
        own = [slot for slot in plot.slots if backend in slot.backends]
        for share, class_ in ((0.5, "thick"), (0.95, "thin")):
            steps = [
                ((plot.x(slot.start_s), plot.y(value)), (plot.x(slot.end_s), plot.y(value)))
                for slot in own
                if (value := _slot_quantile(by_slot[slot.number, backend], backend, share))
            ]
            lines = steps if len(own) <= _STEPS else [[_middle(*step) for step in steps]]
            parts += [svg.line(one, f"{class_} {backend}", svg.DASH[backend]) for one in lines]
    return parts


def _middle(start: Point, end: Point) -> Point:
    return (start[0] + end[0]) / 2, start[1]


def _by_slot(rows: Sequence[Row]) -> dict[tuple[int, Backend], list[Row]]:
    found: dict[tuple[int, Backend], list[Row]] = defaultdict(list)
    for row in rows:
        found[row.slot, row.backend].append(row)
    return found


def _slot_quantile(rows: Sequence[Row], backend: Backend, share: float) -> float | None:
    found = latencies(rows, backend)
    if len(found) < _LEAST or share > last_share(len(found))[1]:
        return None
    return found[position(len(found), share)][0]


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
                for row in plot.rows
                if row.outcome is _FOOT[name] and row.backend is backend
            }
            steps = "".join(f"M{x} {coordinate(y)}v{_LANE // 2 - 2}" for x in sorted(found))
            parts.append(void("path", d=steps, class_=backend) if steps else Markup())
    return parts


def _table(run: Run | None) -> Table:
    """Return the figures of each slot, or of equal groups of slots if there are many."""
    heads = ["slot", "time", "backend", "responses", "p50 (ms)", "p95 (ms)", *_FOOT]
    caption = "Slots of the run"
    if run is None or not run.slots:
        return Table(caption=caption, heads=heads, rows=[])
    by_slot = _by_slot(run.rows)
    pairs = [(slot, backend) for slot in run.slots for backend in slot.backends]
    rows = [_table_row(slot, one, by_slot[slot.number, one]) for slot, one in pairs[:_ROWS]]
    if len(pairs) > _ROWS:
        caption = f"The first {_ROWS} of {len(pairs)} slots; the results file has all"
    return Table(caption=caption, heads=heads, rows=rows)


def _table_row(slot: Slot, backend: Backend, rows: Sequence[Row]) -> list[str]:
    counted = [f"{sum(row.outcome is one for row in rows):,}" for one in _FOOT.values()]
    quantiles = [numbers.optional(_slot_quantile(rows, backend, share)) for share in (0.5, 0.95)]
    time = f"{numbers.number(slot.start_s)} to {numbers.seconds(slot.end_s)}"
    return [
        str(slot.number),
        time,
        backend,
        f"{len(latencies(rows, backend)):,}",
        *quantiles,
        *counted,
    ]
