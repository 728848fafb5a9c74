"""How much each number moves the result: one bar of a tornado chart for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from lab.backends import Backend
from lab.cost import fargate, model
from lab.cost.break_even import crossings
from lab.cost.inputs import LEAST_MB, MOST_MB, Inputs
from lab.cost.prices import Prices
from lab.cost.tasks import MOST_TASKS
from lab.cost.units import plain

_FACTORS: Final = (Decimal("0.5"), Decimal(2))
_Change = tuple[str, Sequence[tuple[str, Inputs]]]  # a name, and two values with their inputs


@dataclass(frozen=True, kw_only=True)
class Variant:
    """The result with one number changed.

    *difference_usd* is functions minus containers at the given traffic. *break_even* is the last
    crossing in requests per month, or None if the lines do not cross.
    """

    label: str
    difference_usd: Decimal
    break_even: int | None


@dataclass(frozen=True, kw_only=True)
class Influence:
    """One bar: the number at half and at twice its value, or an item left out and counted.

    AWS's limits hold. A task has the next smaller and the next larger size that Fargate offers.
    """

    name: str
    low: Variant
    high: Variant

    @property
    def span_usd(self) -> Decimal:
        """The length of the bar."""
        return abs(self.high.difference_usd - self.low.difference_usd)

    @property
    def changes_result(self) -> bool:
        return bool(self.span_usd) or self.low.break_even != self.high.break_even


def influences(inputs: Inputs, prices: Prices) -> list[Influence]:
    """Return the bars that change the result, the longest first."""
    bars = [*_numbers(inputs, prices), *_items(inputs, prices)]
    return sorted((bar for bar in bars if bar.changes_result), key=lambda bar: -bar.span_usd)


def _numbers(inputs: Inputs, prices: Prices) -> Iterator[Influence]:
    for name, variants in _changes(inputs):
        low, high = (
            Variant(
                label=label,
                difference_usd=_difference(changed, prices),
                break_even=_break_even(changed, prices),
            )
            for label, changed in variants
        )
        yield Influence(name=name, low=low, high=high)


def _changes(inputs: Inputs) -> Iterator[_Change]:
    """Yield each number with its two values, and the inputs that have them."""
    yield from _function_changes(inputs)
    yield from _container_changes(inputs)
    shared = inputs.shared
    sizes = [shared.response_bytes * factor for factor in _FACTORS]
    yield (
        "size of a response",
        [
            (f"{size:,.0f} B", replace(inputs, shared=replace(shared, response_bytes=size)))
            for size in sizes
        ],
    )


def _function_changes(inputs: Inputs) -> Iterator[_Change]:
    functions = inputs.functions

    def change(**changes: object) -> Inputs:
        return replace(inputs, functions=replace(functions, **changes))  # type: ignore[arg-type]  # checked by tests

    sizes = [max(LEAST_MB, functions.memory_mb // 2), min(MOST_MB, functions.memory_mb * 2)]
    yield "memory of a function", [(f"{mb:,} MB", change(memory_mb=mb)) for mb in sizes]
    times = [max(Decimal(1), functions.billed_ms * factor) for factor in _FACTORS]
    yield "billed duration", [(f"{plain(ms)} ms", change(billed_ms=ms)) for ms in times]
    shares = [min(Decimal(1), functions.cold_share * factor) for factor in _FACTORS]
    yield "cold starts", [(f"{plain(share * 100)} %", change(cold_share=share)) for share in shares]
    inits = [functions.init_ms * factor for factor in _FACTORS]
    yield "init of a cold start", [(f"{plain(ms)} ms", change(init_ms=ms)) for ms in inits]
    logs = [functions.log_bytes * factor for factor in _FACTORS]
    yield "logs of the functions", [(f"{size:,.0f} B", change(log_bytes=size)) for size in logs]


def _container_changes(inputs: Inputs) -> Iterator[_Change]:
    containers = inputs.containers
    scaling = containers.scaling

    def change(**changes: object) -> Inputs:
        return replace(inputs, containers=replace(containers, **changes))  # type: ignore[arg-type]  # same

    yield (
        "size of a task",
        [
            (f"{plain(vcpus)} vCPU, {plain(memory)} GB", change(vcpus=vcpus, memory_gb=memory))
            for vcpus, memory in fargate.neighbors(containers.vcpus, containers.memory_gb)
        ],
    )
    counts = [max(1, scaling.min_tasks // 2), min(MOST_TASKS, scaling.min_tasks * 2)]
    yield (
        "minimum number of tasks",
        [(f"{count:,}", change(scaling=replace(scaling, min_tasks=count))) for count in counts],
    )
    if scaling.saturation_per_s is not None:
        rates = [scaling.saturation_per_s * factor for factor in _FACTORS]
        yield (
            "requests that a task can handle",
            [
                (f"{plain(rate)}/s", change(scaling=replace(scaling, saturation_per_s=rate)))
                for rate in rates
            ],
        )
    logs = [containers.log_bytes * factor for factor in _FACTORS]
    yield "logs of the containers", [(f"{size:,.0f} B", change(log_bytes=size)) for size in logs]


def _items(inputs: Inputs, prices: Prices) -> Iterable[Influence]:
    """Yield a bar for each item: what its absence changes."""
    whole = Variant(
        label="counted",
        difference_usd=_difference(inputs, prices),
        break_even=_break_even(inputs, prices),
    )
    requests = inputs.traffic.requests
    for backend in Backend:
        sign = 1 if backend is Backend.FUNCTIONS else -1
        for usage in model.usages(backend, inputs):
            cost = usage.cost(requests, prices)
            without = Variant(
                label="left out",
                difference_usd=whole.difference_usd - sign * cost,
                break_even=_break_even(inputs, prices, f"{backend}.{usage.key}"),
            )
            yield Influence(name=f"{usage.label} ({backend})", low=without, high=whole)


def _difference(inputs: Inputs, prices: Prices) -> Decimal:
    functions, containers = (model.exact(backend, inputs, prices) for backend in Backend)
    return functions - containers


def _break_even(inputs: Inputs, prices: Prices, *without: str) -> int | None:
    last = crossings(inputs, prices, without=without).last
    return None if last is None else last.requests
