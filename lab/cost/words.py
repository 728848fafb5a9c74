"""Sentences on a calculation: its assumptions, its warnings, and where the costs cross."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from lab.cost import fargate, tasks
from lab.cost.break_even import BreakEven, Crossing
from lab.cost.inputs import FreeTier, Inputs
from lab.cost.prices import Prices
from lab.cost.units import cents, plain

_MB_PER_VCPU: Final = 1769
_UNEQUAL: Final = Decimal("0.1")
_FREE_TIER: Final = {
    FreeTier.OFF: "No free tier.",
    FreeTier.ALWAYS: "The free tier that every account has, as if nothing else used it.",
    FreeTier.LEGACY: "The free tier of the first 12 months of an account made before 2025-07-15, "
    "as if nothing else used it.",
}


def crossing_sentences(result: BreakEven) -> list[str]:
    """Return a sentence for the costs without requests, and one for each crossing."""
    idle = (
        f"Without requests, functions cost {cents(result.idle_functions_usd)} USD a month and "
        f"containers {cents(result.idle_containers_usd)} USD."
    )
    never = (
        f"The costs never cross: {result.idle_cheaper} are cheaper up to "
        f"{result.searched_to:,} requests a month, where the calculation ends."
    )
    return [idle, *(map(_crossing_sentence, result.crossings) if result.crossings else [never])]


def _crossing_sentence(crossing: Crossing) -> str:
    return (
        f"From {crossing.requests:,} requests a month ({crossing.per_second:,.2f}/s), "
        f"{crossing.cheaper} are cheaper: functions {cents(crossing.functions_usd):,} USD, "
        f"containers {cents(crossing.containers_usd):,} USD."
    )


def assumption_sentences(inputs: Inputs, prices: Prices) -> list[str]:
    """Return what the calculation assumes, one sentence or two each."""
    listed = (
        f"List prices of {prices.region} in USD, dated {' to '.join(prices.dates)}, without taxes "
        "and discounts."
    )
    return [
        *_traffic(inputs),
        *_functions(inputs),
        *_containers(inputs),
        *_shared(inputs),
        listed,
    ]


def _traffic(inputs: Inputs) -> Iterator[str]:
    requests = inputs.traffic.requests
    yield (
        f"{requests:,.0f} requests in a month of 730 hours. Each backend is calculated as if it "
        "served all of them."
    )
    if len(inputs.traffic.periods) > 1:
        day = ", ".join(
            f"{plain(inputs.traffic.rate(period))}/s for {plain(period.hours)} h"
            for period in inputs.traffic.periods
        )
        yield f"Every day has {day}."
    yield _FREE_TIER[inputs.free_tier]


def _functions(inputs: Inputs) -> Iterator[str]:
    functions = inputs.functions
    yield (
        f"Functions have {functions.memory_mb:,} MB ({inputs.architecture}), "
        f"{plain(functions.billed_ms)} ms are billed for a request, and "
        f"{plain(functions.cold_share * 100)} % of the requests are cold starts with "
        f"{plain(functions.init_ms)} ms of init (billed since 2025-08-01)."
    )
    if functions.provisioned:
        yield (
            f"Each of the {functions.functions} functions keeps {functions.provisioned} "
            "environments ready all month."
        )
    if functions.snap_start:
        yield f"SnapStart keeps snapshots of the {functions.functions} functions all month."


def _containers(inputs: Inputs) -> Iterator[str]:
    containers, scaling = inputs.containers, inputs.containers.scaling
    size = f"{plain(containers.vcpus)} vCPU and {plain(containers.memory_gb)} GB"
    if scaling.saturation_per_s is None:
        yield (
            f"{scaling.min_tasks} task{'s' * (scaling.min_tasks != 1)} with {size} run all month, "
            "whatever the traffic. Check that they can handle it."
        )
    else:
        yield (
            f"A task with {size} can handle {plain(scaling.saturation_per_s)} requests/s, and "
            f"autoscaling aims at {plain(scaling.target * 100)} % of that, with at least "
            f"{scaling.min_tasks}."
        )
        yield tasks.SCALE_OUT_LAG
    if containers.spot_share:
        yield (
            f"{plain(containers.spot_share * 100)} % of the task hours run on Fargate Spot, "
            f"{plain(containers.spot_discount * 100)} % cheaper. AWS changes this discount."
        )
    if not containers.nat_gateways:
        yield "This stack has no NAT gateway: its tasks have public addresses, which are charged."


def _shared(inputs: Inputs) -> Iterator[str]:
    shared = inputs.shared
    yield (
        f"A response has {shared.response_bytes:,.0f} bytes; a request uses "
        f"{plain(shared.read_units)} read and {plain(shared.write_units)} write units, and adds "
        f"{inputs.functions.log_bytes:,.0f} (functions) or {inputs.containers.log_bytes:,.0f} "
        f"(containers) bytes to the logs, kept for {shared.log_days} days. A GB is 2^30 bytes."
    )


def warning_sentences(inputs: Inputs) -> list[str]:
    """Return what makes the comparison unfair or the result unlikely."""
    return [*_task_warnings(inputs), *_size_warnings(inputs)]


def _task_warnings(inputs: Inputs) -> Iterator[str]:
    scaling = inputs.containers.scaling
    too_many = tasks.warning(scaling, inputs.traffic)
    if too_many:
        yield too_many
    if min(tasks.tasks_of_day(scaling, inputs.traffic)) == 1:
        yield (
            "One task has no zone redundancy, and functions run in several zones. "
            "Compare with two tasks."
        )


def _size_warnings(inputs: Inputs) -> Iterator[str]:
    problem = fargate.problem(inputs.containers.vcpus, inputs.containers.memory_gb)
    if problem:
        yield f"{problem} The prices of vCPU and memory are applied to it all the same."
    functions = Decimal(inputs.functions.memory_mb) / _MB_PER_VCPU
    task = inputs.containers.vcpus
    if abs(functions - task) > _UNEQUAL * task:
        yield (
            f"A function with {inputs.functions.memory_mb:,} MB has {functions:.2f} vCPU and a "
            f"task {plain(task)}: this is not equal hardware, so the durations differ too."
        )
