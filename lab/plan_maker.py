"""Make the plan of a run from its settings. Equal settings make equal plans."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from random import Random
from typing import Final

from lab.backends import Backend
from lab.plan import ID_PREFIX, WARM_UP_SLOT, Arrivals, Operation, Order, Plan, PlanSettings, Slot
from lab.plan_blogs import GAP_S, Arrival, number_of_first_blogs, numbered, with_blogs

_RUN_ID: Final = re.compile("[A-Za-z0-9._~-]{1,64}")
_MAX_CONTENTS_BYTES: Final = 256 * 1024
_CYCLE: Final = (Backend.FUNCTIONS, Backend.CONTAINERS, Backend.CONTAINERS, Backend.FUNCTIONS)
_FIRST_BLOGS_PER_S: Final = 20
_ALONE_S: Final = 1.0
_WARMING_ROUND_S: Final = 1.0
_WARMING_ROUNDS: Final = 2


def make_plan(settings: PlanSettings) -> Plan:
    """Plan every request of a run; raise ValueError for settings that cannot be planned.

    The warm-up first creates the blogs that later requests need, then (unless *warm_up_s* is 0)
    sends a few requests of each operation. It takes longer than *warm_up_s* if the mix needs many
    blogs: a mix with more deletes than posts creates all the missing blogs in the warm-up.
    """
    check(settings)
    random = Random(settings.seed)  # noqa: S311  # a plan is no secret
    slots = _slots(settings)
    # In a fixed order, so that equal mixes make equal plans.
    operations = list(Operation)
    weights = list(accumulate(settings.mix.get(each, 0) for each in operations))
    arrivals = {
        backend: [
            *_warming(settings),
            *(
                Arrival(time, slot.number, random.choices(operations, cum_weights=weights)[0])
                for slot in slots
                if backend in slot.backends
                for time in _times(settings, slot, backend, random)
            ),
        ]
        for backend in Backend
    }
    first = {backend: number_of_first_blogs(each, settings) for backend, each in arrivals.items()}
    times = _times_of_first_blogs(settings, first[Backend.FUNCTIONS], first[Backend.CONTAINERS])
    start = _start(settings, [time for each in times.values() for time in each])
    drafts = [
        draft
        for backend, each in arrivals.items()
        for draft in with_blogs(
            backend, times[backend], [one.shifted(start) for one in each], random
        )
    ]
    return Plan(
        settings=settings,
        slots=[_shifted(slot, start) for slot in slots],
        requests=numbered(drafts, f"{ID_PREFIX}{settings.run_id}-", settings.body_bytes),
    )


def check(settings: PlanSettings) -> None:
    """Raise ValueError for settings that no plan can be made from."""
    if not _RUN_ID.fullmatch(settings.run_id):
        raise ValueError(f"The run id must match {_RUN_ID.pattern}: {settings.run_id!r}.")
    if settings.seed < 0:
        raise ValueError(f"The seed must be 0 or more, not {settings.seed}.")
    for name, value in (("duration", settings.duration_s), ("slot", settings.slot_s)):
        _check_positive(f"The {name}", value)
    if not (math.isfinite(settings.warm_up_s) and settings.warm_up_s >= 0):
        raise ValueError(f"The warm-up must have 0 seconds or more, not {settings.warm_up_s}.")
    if not 0 <= settings.body_bytes <= _MAX_CONTENTS_BYTES:
        raise ValueError(f"The contents can have 0 to {_MAX_CONTENTS_BYTES:,} bytes.")
    _check_mix(settings)
    _check_rates(settings)


def _check_mix(settings: PlanSettings) -> None:
    for operation, weight in settings.mix.items():
        if not (math.isfinite(weight) and weight >= 0):
            raise ValueError(f"The weight of {operation} must be 0 or more, not {weight}.")
    if not sum(settings.mix.values()) > 0:
        raise ValueError("The mix is empty. Give at least one operation a weight above 0.")


def _check_rates(settings: PlanSettings) -> None:
    if settings.order is Order.BURST:
        if settings.burst < 1:
            raise ValueError(f"A burst needs at least one request, not {settings.burst}.")
    elif settings.order is Order.RAMP:
        if not settings.ramp:
            raise ValueError("A ramp needs at least one rate.")
        for rate in settings.ramp:
            _check_positive("Each rate of a ramp", rate)
    else:
        _check_positive("The rate", settings.rate)


def _check_positive(name: str, value: float) -> None:
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"{name} must be above 0, not {value}.")


def _slots(settings: PlanSettings) -> Sequence[Slot]:
    """Return the slots. The first one starts at 0; the warm-up comes before it."""
    length = settings.slot_s
    if settings.order is Order.PARALLEL:
        periods: list[tuple[Sequence[Backend], float | None]] = [(tuple(Backend), settings.rate)]
        length = settings.duration_s
    elif settings.order is Order.RAMP:
        periods = [((backend,), rate) for backend in Backend for rate in settings.ramp]
    else:
        rate = None if settings.order is Order.BURST else settings.rate
        cycles = max(1, round(settings.duration_s / (len(_CYCLE) * length)))
        periods = [((backend,), rate) for backend in _CYCLE * cycles]
    return [
        Slot(
            number=number,
            backends=backends,
            start_s=round(number * length, 6),
            end_s=round((number + 1) * length, 6),
            rate=rate,
        )
        for number, (backends, rate) in enumerate(periods)
    ]


def _shifted(slot: Slot, seconds: float) -> Slot:
    return Slot(
        number=slot.number,
        backends=slot.backends,
        start_s=round(slot.start_s + seconds, 6),
        end_s=round(slot.end_s + seconds, 6),
        rate=slot.rate,
    )


def _times(settings: PlanSettings, slot: Slot, backend: Backend, random: Random) -> Iterator[float]:
    """Yield the times of the requests to *backend* in *slot*."""
    if slot.rate is None:
        yield from [slot.start_s] * settings.burst
    elif settings.arrivals is Arrivals.CONSTANT:
        # Backends that share a slot take turns.
        offset = (slot.backends.index(backend) + 0.5) / len(slot.backends)
        count = math.ceil((slot.end_s - slot.start_s) * slot.rate - offset)
        yield from (round(slot.start_s + (n + offset) / slot.rate, 6) for n in range(count))
    else:
        time = slot.start_s + random.expovariate(slot.rate)
        while time < slot.end_s:
            yield round(time, 6)
            time += random.expovariate(slot.rate)


def _warming(settings: PlanSettings) -> Iterator[Arrival]:
    """Yield the requests that warm up a backend, in the seconds before the first slot.

    The second half of each round is free: one cold start per function at a time is enough.
    """
    operations = [each for each in Operation if settings.mix.get(each, 0) > 0]
    for number in range(_WARMING_ROUNDS if settings.warm_up_s > 0 else 0):
        start = (number - _WARMING_ROUNDS) * _WARMING_ROUND_S
        for place, operation in enumerate(operations):
            time = start + _WARMING_ROUND_S / 2 * place / len(operations)
            yield Arrival(round(time, 6), WARM_UP_SLOT, operation)


def _times_of_first_blogs(
    settings: PlanSettings, functions: int, containers: int
) -> dict[Backend, list[float]]:
    """Return when to create the first blogs: both backends in turn, from the start of the run.

    With a warm-up, each backend's first post has a second for itself: if it starts an execution
    environment, the next posts should use that, and not start one each.
    """
    alternating = [
        backend
        for number in range(max(functions, containers))
        for backend, count in ((Backend.FUNCTIONS, functions), (Backend.CONTAINERS, containers))
        if number < count
    ]
    rate = max(_FIRST_BLOGS_PER_S, 0 if settings.order is Order.BURST else _rate(settings))
    alone = _ALONE_S if settings.warm_up_s > 0 else 0.0
    times: dict[Backend, list[float]] = {backend: [] for backend in Backend}
    for number, backend in enumerate(alternating):
        wait = alone if times[backend] else 0.0
        times[backend].append(round(wait + number / rate, 6))
    return times


def _rate(settings: PlanSettings) -> float:
    return settings.ramp[0] if settings.order is Order.RAMP else settings.rate


def _start(settings: PlanSettings, first_blogs: Sequence[float]) -> float:
    """Return the start of the first slot, which is the end of the warm-up."""
    if not first_blogs:
        return settings.warm_up_s
    warming = _WARMING_ROUNDS * _WARMING_ROUND_S if settings.warm_up_s > 0 else 0.0
    return round(max(settings.warm_up_s, max(first_blogs) + GAP_S + warming), 6)
