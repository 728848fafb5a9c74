"""Inputs from the outputs of a stack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from lab.cost.inputs import LEAST_MB, MOST_MB, Architecture, Inputs
from lab.cost.units import MB_PER_GB

_MOST_VCPUS: Final = 16
_MOST_TASK_MB: Final = 122_880


def with_outputs(inputs: Inputs, outputs: Mapping[str, Any]) -> Inputs:
    """Return the inputs with the sizes of a stack. Outputs of another type are ignored."""
    functions, containers = inputs.functions, inputs.containers
    memory_mb = _number(outputs, "FunctionMemory", LEAST_MB, MOST_MB)
    vcpus = _number(outputs, "TaskVCPU", 0, _MOST_VCPUS)
    task_mb = _number(outputs, "TaskMemory", 1, _MOST_TASK_MB)
    names = outputs.get("FunctionNames")
    architecture = outputs.get("Architecture")
    if isinstance(names, dict) and names:
        functions = replace(functions, functions=len(names))
    if isinstance(architecture, str) and architecture in set(Architecture):
        inputs = replace(inputs, architecture=Architecture(architecture))
    return replace(
        inputs,
        functions=replace(functions, memory_mb=int(memory_mb or functions.memory_mb)),
        containers=replace(
            containers,
            vcpus=vcpus or containers.vcpus,
            memory_gb=task_mb / MB_PER_GB if task_mb else containers.memory_gb,
        ),
    )


def has_sizes(outputs: Mapping[str, Any]) -> bool:
    """Return whether the outputs have the sizes of both backends."""
    return {"FunctionMemory", "TaskVCPU", "TaskMemory"} <= outputs.keys()


def _number(outputs: Mapping[str, Any], name: str, low: float, high: float) -> Decimal | None:
    value = outputs.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return Decimal(str(value)) if low <= value <= high else None
