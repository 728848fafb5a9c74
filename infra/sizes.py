"""The sizes of tasks, and the sizes of functions that pair with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from infra.config_reader import ConfigReader

Pairing = Literal["cpu", "price", "none"]

_PAIRINGS: Final[tuple[Pairing, ...]] = ("cpu", "price", "none")
# Fargate's sizes: the memory in MB that is allowed for each number of CPU units.
# Source: Amazon ECS developer guide, "Task CPU and memory".
FARGATE_SIZES: Final[dict[int, Sequence[int]]] = {
    256: [512, 1024, 2048],
    512: range(1024, 4096 + 1, 1024),
    1024: range(2048, 8192 + 1, 1024),
    2048: range(4096, 16384 + 1, 1024),
    4096: range(8192, 30720 + 1, 1024),
    8192: range(16384, 61440 + 1, 4096),
    16384: range(32768, 122880 + 1, 8192),
}
_SMALLEST_MB: Final = 128  # of a function
_LARGEST_MB: Final = 10_240
# AWS Lambda developer guide, "Configure Lambda function memory": CPU is proportional to memory,
# and 1,769 MB are one vCPU.
_MB_PER_VCPU: Final = 1_769
_CPU_UNITS_PER_VCPU: Final = 1_024
_MB_PER_GB: Final = 1_024
# AWS Lambda developer guide, "The AWS X-Ray daemon in the Lambda environment".
_DAEMON_MB: Final = 16
_DAEMON_SHARE: Final = 0.03
# List prices of us-east-1 for arm64, in USD. Those for x86_64 have the same ratio.
_FUNCTION_GB_SECOND: Final = 0.0000133334
_TASK_VCPU_HOUR: Final = 0.03238
_TASK_GB_HOUR: Final = 0.00356
_HOUR_S: Final = 3_600


def function_vcpus(memory_mb: int) -> float:
    """Return the vCPUs of a function with this memory, with two decimals."""
    return round(memory_mb / _MB_PER_VCPU, 2)


def task_vcpus(cpu_units: int) -> float:
    return cpu_units / _CPU_UNITS_PER_VCPU


def daemon_memory(memory_mb: int) -> int:
    """Return the memory that X-Ray's daemon may take of a function with this memory."""
    return max(_DAEMON_MB, round(memory_mb * _DAEMON_SHARE))


def paired_memory(pairing: Pairing, cpu_units: int, task_mb: int) -> int:
    """Return the memory of the function that has the CPU, or the price, of the task."""
    if pairing == "cpu":
        return round(task_vcpus(cpu_units) * _MB_PER_VCPU)
    hourly = task_vcpus(cpu_units) * _TASK_VCPU_HOUR + task_mb / _MB_PER_GB * _TASK_GB_HOUR
    return round(hourly / _HOUR_S / _FUNCTION_GB_SECOND * _MB_PER_GB)


def read_memory_size(reader: ConfigReader, cpu: int, task_mb: int) -> int:
    """Return the memory of each function: the given one, or the one that pairing chooses."""
    pairing = reader.one_of("pairing", _PAIRINGS)
    given = reader.integer_or_zero("memorySize", _SMALLEST_MB, _LARGEST_MB)
    if pairing == "none":
        if not given:
            rule = f"must be from {_SMALLEST_MB} to {_LARGEST_MB} with pairing none"
            raise reader.error("memorySize", rule)
        return given
    paired = paired_memory(pairing, cpu, task_mb)
    if paired > _LARGEST_MB:
        rule = f"with pairing {pairing} it must be smaller: functions would need {paired} MB, but"
        raise reader.error(
            "taskCpu", f"{rule} can have at most {_LARGEST_MB}. Or set pairing to none"
        )
    if given not in (0, paired):
        raise reader.error("memorySize", _unpaired(pairing, given, cpu, paired))
    return paired


def _unpaired(pairing: Pairing, given: int, cpu: int, paired: int) -> str:
    """Return the rule that *given* breaks, with the nearest other pair."""
    others = {
        paired_memory(pairing, other, memories[0]): (other, memories[0])
        for other, memories in FARGATE_SIZES.items()
        if other != cpu
    }
    nearest = min(others, key=lambda memory: abs(memory - given))
    task_cpu, task_mb = others[nearest]
    return (
        f"with pairing {pairing} it must be {paired} for taskCpu {cpu}, or {nearest} for taskCpu "
        f"{task_cpu} and taskMemory {task_mb}. To choose any memory, set pairing to none"
    )
