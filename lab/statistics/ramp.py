"""The steps of a ramp, and the highest rate that met the target."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from lab.backends import Backend
from lab.plan import Order, Slot
from lab.results import Run
from lab.rows import Outcome, Row
from lab.statistics.figures import MOST_SKIPPED, due_latency, latency, measured
from lab.statistics.quantiles import inverted_cdf, support
from lab.summary import QUANTILES, RampStep, Support
from lab.thresholds import Threshold


def steps(runs: Sequence[Run], target: Threshold | None) -> list[RampStep]:
    """Return the steps in the order of their rates; steps of several runs count together."""
    found: dict[tuple[Backend, float], list[tuple[Run, Slot]]] = {}
    for run in runs:
        if run.settings.order is Order.RAMP:
            for slot in run.slots:
                key = slot.backends[0], slot.rate or 0.0
                found.setdefault(key, []).append((run, slot))
    order = list(Backend)
    keys = sorted(found, key=lambda key: (order.index(key[0]), key[1]))
    return [_step(*key, found[key], target) for key in keys]


def _step(
    backend: Backend, rate: float, slots: Sequence[tuple[Run, Slot]], target: Threshold | None
) -> RampStep:
    rows = [row for run, slot in slots for row in measured(run, backend) if row.slot == slot.number]
    seconds = sum(slot.end_s - slot.start_s for _, slot in slots)
    completed = sum(_completed(run, slot, backend) for run, slot in slots)
    return RampStep(
        backend=backend,
        rate=rate,
        achieved_per_s=completed / seconds if seconds else 0.0,
        latency=latency(row for row in rows if row.outcome is Outcome.OK),
        errors=sum(1 for row in rows if row.outcome is Outcome.ERROR),
        dropped=sum(1 for row in rows if row.outcome is Outcome.DROPPED),
        throttled=sum(1 for row in rows if row.outcome is Outcome.THROTTLED),
        met=_met(rows, target) if target else None,
    )


def _completed(run: Run, slot: Slot, backend: Backend) -> int:
    """Count the responses that arrived during the step. Later ones are no throughput of it."""
    return sum(
        1
        for row in measured(run, backend)
        if row.outcome is Outcome.OK
        and row.end_s is not None
        and slot.start_s <= row.end_s < slot.end_s
    )


def _met(rows: Sequence[Row], target: Threshold) -> bool | None:
    """Return whether the step met the target; a request without a response is slower than any."""
    if any(row.outcome is Outcome.STOPPED for row in rows):
        return None
    times = sorted(value for row in rows if (value := due_latency(row)) is not None)
    p = QUANTILES.get(target.figure, 1.0)  # the other figure is the greatest value
    if not times or (p < 1 and support(len(times), p) is Support.NONE):
        return None
    met = target.holds(inverted_cdf(times, p))
    had_less_load = len(rows) - len(times) > MOST_SKIPPED * len(rows)
    return None if met and had_less_load else met


def highest_rates(ramp: Sequence[RampStep]) -> dict[Backend, float | None]:
    """Return the highest rate of each backend up to which all steps met the target."""
    return {
        backend: max(
            (
                step.rate
                for step in takewhile(
                    lambda step: step.met, (step for step in ramp if step.backend is backend)
                )
            ),
            default=None,
        )
        for backend in Backend
    }
