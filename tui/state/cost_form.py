"""The form of the cost screen: what the user types, and the inputs of the cost model."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from lab.cost.break_even import MOST_REQUESTS
from lab.cost.inputs import LEAST_MB, MOST_MB, Inputs
from lab.cost.measured import Measured, inputs_from
from lab.cost.of_results import DEFAULT_REGION
from lab.cost.report import Intervals
from lab.cost.stack import with_outputs
from lab.cost.tasks import MOST_TASKS
from lab.cost.traffic import Traffic
from tui.state.form_field import FormField
from tui.state.number_field import NumberField

if TYPE_CHECKING:
    from lab.compare import Finished

DEFAULT_REQUESTS: Final = 1_000_000
REQUESTS: Final = NumberField(
    name="requests",
    label="Requests",
    default="1M",
    low="0",
    high=str(MOST_REQUESTS),
    about="per month, such as 2.5M",
    is_whole=True,
)
MEMORY: Final = NumberField(
    name="memory",
    label="Function memory",
    default="442",
    low=str(LEAST_MB),
    high=str(MOST_MB),
    about="MB",
    is_whole=True,
)
BILLED: Final = NumberField(
    name="billed",
    label="Billed duration",
    default="30",
    low="1",
    high="900000",
    about="ms per request",
)
TASKS: Final = NumberField(
    name="tasks",
    label="Tasks",
    default="1",
    low="1",
    high=str(MOST_TASKS),
    about="that always run",
    is_whole=True,
)
_TASK: Final = re.compile(r"(\d+(?:\.\d+)?)\s*/\s*(\d+(?:\.\d+)?)", re.ASCII)
_LARGEST_VCPUS: Final = 16
_LARGEST_GB: Final = 120


@dataclass(frozen=True, kw_only=True)
class CostForm:
    """The inputs and the region, or why fields are not valid."""

    inputs: Inputs | None
    region: str
    problems: Mapping[str, str]

    @classmethod
    def of(cls, values: Mapping[str, str], base: Inputs, regions: Sequence[str]) -> CostForm:
        """Read the values of all fields by name; everything else is as in *base*."""
        readers: dict[str, Callable[[str], Any]] = {
            **{field.name: field.read for field in (REQUESTS, MEMORY, BILLED, TASKS)},
            "task": read_task,
            "region": lambda words: _region(words, regions),
        }
        read: dict[str, Any] = {}
        problems = {}
        for name, reader in readers.items():
            try:
                read[name] = reader(values[name])
            except ValueError as error:
                problems[name] = str(error)
        if problems:
            return cls(inputs=None, region="", problems=problems)
        return cls(inputs=_inputs(base, read), region=read["region"], problems={})


def _inputs(base: Inputs, read: Mapping[str, Any]) -> Inputs:
    vcpus, memory_gb = read["task"]
    tasks = int(read["tasks"])
    scaling = base.containers.scaling
    return replace(
        base,
        traffic=base.traffic.of(read["requests"]),
        functions=replace(base.functions, memory_mb=int(read["memory"]), billed_ms=read["billed"]),
        containers=replace(
            base.containers,
            vcpus=vcpus,
            memory_gb=memory_gb,
            scaling=replace(scaling, min_tasks=tasks, max_tasks=max(tasks, scaling.max_tasks)),
        ),
    )


def read_task(words: str) -> tuple[Decimal, Decimal]:
    """Return the vCPUs and the GB of a task. Raise ValueError with a reason."""
    found = _TASK.fullmatch(words.strip())
    if not found:
        raise ValueError("vCPU/GB, such as 0.25/0.5")
    vcpus, memory_gb = map(Decimal, found.groups())
    if not 0 < vcpus <= _LARGEST_VCPUS:
        raise ValueError(f"more than 0 and at most {_LARGEST_VCPUS} vCPUs")
    if not 0 < memory_gb <= _LARGEST_GB:
        raise ValueError(f"more than 0 and at most {_LARGEST_GB} GB")
    return vcpus, memory_gb


def _region(words: str, regions: Sequence[str]) -> str:
    if words.strip() not in regions:
        raise ValueError(f"one of {', '.join(regions)}")
    return words.strip()


def fields(base: Inputs, region: str) -> list[FormField]:
    """Return the fields of the form, filled with *base*."""
    functions, containers = base.functions, base.containers
    task = f"{containers.vcpus.normalize():f}/{containers.memory_gb.normalize():f}"
    return [
        _field(REQUESTS, f"{base.traffic.requests:,f}"),
        _field(MEMORY, str(functions.memory_mb)),
        _field(BILLED, f"{functions.billed_ms:f}"),
        _field(TASKS, str(containers.scaling.min_tasks)),
        FormField(name="task", label="Task size", about="vCPU/GB", default=task),
        FormField(name="region", label="Region", about="of AWS", default=region),
    ]


def _field(field: NumberField, default: str) -> FormField:
    return FormField(name=field.name, label=field.label, about=field.about, default=default)


def region_of(region: str, regions: Sequence[str]) -> str:
    """Return *region* if there are prices for it, otherwise the default."""
    return region if region in regions else DEFAULT_REGION


def start(outputs: Mapping[str, Any], comparison: Finished | None) -> Measured:
    """Return what the form starts with: the last comparison, or else the sizes of the stack."""
    if comparison:
        return inputs_from(comparison.results, comparison.summary, outputs)
    region = outputs.get("Region")
    return Measured(
        inputs=with_outputs(Inputs(traffic=Traffic.constant(DEFAULT_REQUESTS)), outputs),
        intervals=Intervals(),
        notes=[],
        region=region if isinstance(region, str) else "",
    )


def intervals(measured: Measured, inputs: Inputs) -> Intervals:
    """Return the measured intervals, without that of a number that the user has changed."""
    if inputs.functions.billed_ms == measured.inputs.functions.billed_ms:
        return measured.intervals
    return replace(measured.intervals, billed_ms=None)
