"""Inputs from what a comparison measured."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from lab.backends import Backend
from lab.cost.inputs import DEFAULT_REQUESTS, Inputs
from lab.cost.report import Intervals
from lab.cost.stack import has_sizes, with_outputs
from lab.cost.traffic import Traffic
from lab.cost.units import SECONDS, plain
from lab.plan import Order
from lab.results import FunctionReport, Results
from lab.rows import Outcome, Row
from lab.statistics import words
from lab.statistics.means import block_means
from lab.statistics.student import t
from lab.summary import Summary

_CONFIDENCE: Final = 0.95


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Inputs, their intervals, the region, and a sentence on where each of them comes from."""

    inputs: Inputs
    intervals: Intervals
    notes: Sequence[str]
    region: str


def inputs_from(
    results: Results, summary: Summary, outputs: Mapping[str, Any] | None = None
) -> Measured:
    """Return the inputs of a comparison; what it did not measure keeps its default.

    The *outputs* of a stack have precedence over those in the results.
    """
    run = results.runs[-1]
    known = {**run.environment.outputs, **(outputs or {})}
    traffic, about_traffic = _traffic(results)
    inputs = with_outputs(Inputs(traffic=traffic), known)
    notes = [*_place_notes(results), about_traffic, *_size_notes(known)]
    rows = list(_served(results, Backend.FUNCTIONS))
    inputs, more = _cold(inputs, summary, rows)
    inputs, billed, found = _billed(inputs, results, rows)
    inputs, rates, last = _saturation(inputs, results, summary)
    region = known.get("Region") or run.environment.region
    return Measured(
        inputs=inputs,
        intervals=Intervals(billed_ms=billed, saturation_per_s=rates),
        notes=[*notes, *found, *more, *last],
        region=region if isinstance(region, str) else "",
    )


def _traffic(results: Results) -> tuple[Traffic, str]:
    """Return the rate of the comparison, all month long."""
    settings = results.runs[-1].settings
    if settings.order is Order.BURST:
        requests = Traffic.constant(DEFAULT_REQUESTS)
        return requests, f"traffic: {DEFAULT_REQUESTS:,} requests a month, as a burst has no rate"
    is_ramp = settings.order is Order.RAMP
    rate = max(settings.ramp) if is_ramp else settings.rate
    which = "highest rate of the ramp" if is_ramp else "rate of the comparison"
    traffic = Traffic.constant(round(Decimal(str(rate)) * SECONDS))
    return traffic, f"traffic: the {which}, {rate:g} requests/s, all month long"


def _place_notes(results: Results) -> Iterator[str]:
    if any(run.environment.is_local for run in results.runs):
        yield "place: the local cloud, so the times are those of this machine, not of AWS"


def _size_notes(outputs: Mapping[str, Any]) -> Iterator[str]:
    if not has_sizes(outputs):
        yield "sizes: the defaults of the program, because the results have no outputs of a stack"
    else:
        yield "sizes: the outputs of the stack"


def _served(results: Results, backend: Backend) -> Iterator[Row]:
    for run in results.runs:
        for row in run.rows:
            if row.backend is backend and not row.is_warm_up and row.outcome is Outcome.OK:
                yield row


def _billed(
    inputs: Inputs, results: Results, rows: Sequence[Row]
) -> tuple[Inputs, tuple[Decimal, Decimal] | None, list[str]]:
    """Return the billed durations without init: those of Lambda, or else an estimate."""
    if results.function_reports:
        return _reported(inputs, results, results.function_reports)
    return _estimated(inputs, rows)


def _reported(
    inputs: Inputs, results: Results, reports: Sequence[FunctionReport]
) -> tuple[Inputs, tuple[Decimal, Decimal] | None, list[str]]:
    """Return what Lambda wrote in REPORT lines, of all functions and runs together."""
    lines = sum(one.billed.count for one in reports)
    run_ms = sum(one.run_ms * one.billed.count for one in reports) / lines
    functions = replace(inputs.functions, billed_ms=_decimal(run_ms))
    init = [(one.billed_init_ms, one.init.count) for one in reports]
    cold = sum(count for billed, count in init if billed is not None)
    if cold:
        init_ms = sum(billed * count for billed, count in init if billed is not None) / cold
        functions = replace(functions, init_ms=_decimal(init_ms))
    note = (
        f"billed duration: measured, from {lines:,} REPORT lines of the functions in the time of "
        f"the comparison, of which {cold:,} have an init"
    )
    blocks = [mean for run in results.runs if run.aws for mean in run.aws.run_blocks_ms]
    return replace(inputs, functions=functions), _interval(blocks), [note]


def _estimated(
    inputs: Inputs, rows: Sequence[Row]
) -> tuple[Inputs, tuple[Decimal, Decimal] | None, list[str]]:
    """Return the mean over the responses: AWS bills each in whole milliseconds."""
    times = [max(1, math.ceil(row.app_ms)) for row in rows if row.app_ms is not None]
    if not times:
        return inputs, None, ["billed duration: the default, because no response had its time"]
    mean = _decimal(statistics.fmean(times))
    changed = replace(inputs, functions=replace(inputs.functions, billed_ms=mean))
    note = (
        f"billed duration: an estimate from the Server-Timing of {len(times):,} responses. AWS "
        "also bills the time of the runtime around the handler"
    )
    return changed, _interval(block_means(times)), [note]


def _interval(means: Sequence[float]) -> tuple[Decimal, Decimal] | None:
    """Return the 95 % interval of the mean from the *means* of blocks."""
    if not means:
        return None
    half = t(_CONFIDENCE, len(means) - 1) * statistics.stdev(means) / math.sqrt(len(means))
    mean = statistics.fmean(means)
    return _decimal(max(1.0, mean - half)), _decimal(mean + half)


def _cold(inputs: Inputs, summary: Summary, rows: Sequence[Row]) -> tuple[Inputs, list[str]]:
    """Return the share of cold starts and their mean init."""
    share = summary.backends[Backend.FUNCTIONS].cold_share
    if share.value is None:
        return inputs, ["cold starts: the default, because no function responded"]
    functions = replace(inputs.functions, cold_share=_decimal(share.value, 6))
    inits = [row.init_ms for row in rows if row.init_ms is not None]
    if inits:
        functions = replace(functions, init_ms=_decimal(statistics.fmean(inits)))
    note = (
        f"cold starts: {share.count:,} of {share.of:,} requests of the comparison. A short "
        "comparison has more of them than a month: set the share of your traffic with --assume "
        "functions.cold_share=…"
    )
    return replace(inputs, functions=functions), [note]


def _saturation(
    inputs: Inputs, results: Results, summary: Summary
) -> tuple[Inputs, tuple[Decimal, Decimal] | None, list[str]]:
    """Return what a task can handle: between the last step that met the target and the next.

    If the next one did not miss it, the capacity is not known, so it has no interval.
    """
    rate = (summary.highest_rate or {}).get(Backend.CONTAINERS)
    tasks = _responding_tasks(results, rate)
    if rate is None or not tasks:
        changed, note = _fixed_tasks(inputs, results)
        return changed, None, [note]
    above = summary.step_above(Backend.CONTAINERS, rate)
    is_bound = above is None or above.met is None
    low = _decimal(rate / tasks)
    note = (
        f"tasks: one task can handle {'at least ' if is_bound else ''}{plain(low)} requests/s. The "
        f"highest rate of the ramp that met {results.target} was "
        f"{words.highest_rate(summary, Backend.CONTAINERS, '/s')}, with {tasks} "
        f"{'task' if tasks == 1 else 'tasks'}"
    )
    interval = None if above is None or is_bound else (low, _decimal(above.rate / tasks))
    return _with_scaling(inputs, saturation_per_s=low), interval, [note]


def _fixed_tasks(inputs: Inputs, results: Results) -> tuple[Inputs, str]:
    """Return the number of tasks that responded, as long as nothing says what one can handle."""
    count = max(1, _responding_tasks(results))
    note = (
        f"tasks: {count}, as many as responded, all month long. To measure what a task can handle, "
        "use blogs compare --ramp … --target … with long steps"
    )
    return _with_scaling(inputs, min_tasks=count), note


def _with_scaling(inputs: Inputs, **changes: Any) -> Inputs:  # noqa: ANN401 -- fields of Scaling
    containers = inputs.containers
    scaling = replace(containers.scaling, **changes)
    return replace(inputs, containers=replace(containers, scaling=scaling))


def _responding_tasks(results: Results, rate: float | None = None) -> int:
    """Return how many tasks responded, in all slots or in those with this rate."""
    slots = {slot.number for run in results.runs for slot in run.slots if slot.rate == rate}
    rows = _served(results, Backend.CONTAINERS)
    return len({row.served_by for row in rows if rate is None or row.slot in slots} - {""})


def _decimal(number: float, digits: int = 3) -> Decimal:
    return round(Decimal(number), digits)
