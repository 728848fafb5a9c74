"""The sizes of tasks that Fargate offers."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from lab.cost.units import MB_PER_GB, plain

Size = tuple[Decimal, Decimal]
"""The vCPUs and the GB of a task."""

# vCPUs, and the memory in MB for each. Source: Amazon ECS developer guide, "Task CPU and memory".
SIZES: Final[dict[Decimal, Sequence[int]]] = {
    Decimal("0.25"): [512, 1024, 2048],
    Decimal("0.5"): range(1024, 4096 + 1, 1024),
    Decimal(1): range(2048, 8192 + 1, 1024),
    Decimal(2): range(4096, 16384 + 1, 1024),
    Decimal(4): range(8192, 30720 + 1, 1024),
    Decimal(8): range(16384, 61440 + 1, 4096),
    Decimal(16): range(32768, 122880 + 1, 8192),
}


def neighbors(vcpus: Decimal, memory_gb: Decimal) -> tuple[Size, Size]:
    """Return the sizes with the next fewer and the next more vCPUs, or the given one at an end.

    Their memory for each vCPU is as close as possible to that of the given size.
    """
    fewer = [one for one in SIZES if one < vcpus]
    more = [one for one in SIZES if one > vcpus]
    given = vcpus, memory_gb
    ratio = memory_gb / vcpus if vcpus else Decimal(0)
    return (
        _with_ratio(max(fewer), ratio) if fewer else given,
        _with_ratio(min(more), ratio) if more else given,
    )


def _with_ratio(vcpus: Decimal, ratio: Decimal) -> Size:
    nearest = min(SIZES[vcpus], key=lambda memory: abs(memory / MB_PER_GB - ratio * vcpus))
    return vcpus, nearest / MB_PER_GB


def problem(vcpus: Decimal, memory_gb: Decimal) -> str | None:
    """Return a sentence if Fargate has no task of this size."""
    memories = SIZES.get(vcpus)
    cpu = f"{plain(vcpus)} vCPU"
    if memories is None:
        return f"Fargate has no task with {cpu}, only with {', '.join(map(plain, SIZES))}."
    if memory_gb * MB_PER_GB in memories:
        return None
    least, most = (plain(one / MB_PER_GB) for one in (memories[0], memories[-1]))
    return (
        f"Fargate has no task with {cpu} and {plain(memory_gb)} GB: with {cpu} it has from {least} "
        f"to {most} GB, in certain steps."
    )
