"""The results of a run: what was asked, where it ran, and the log. The file `results.json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lab.backends import Backend
from lab.plan import PlanSettings, Slot
from lab.rows import Row
from lab.summary import Distribution


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Where a run took place. None of it is secret."""

    command: str
    started_at: str
    """RFC 3339, UTC."""
    versions: Mapping[str, str]
    urls: Mapping[Backend, str]
    stack: str = ""
    is_local: bool = False
    region: str = ""
    comparison_notes: Sequence[str] = ()
    outputs: Mapping[str, Any] = field(default_factory=dict)
    """The outputs that the cost model needs: sizes and names, no token."""


@dataclass(frozen=True, kw_only=True)
class GeneratorLog:
    """What the generator measured of itself."""

    engine: str
    """`aiohttp` or `locust`."""
    processes: int
    cpu_share: float
    """CPU seconds per second of the busiest process: 1.0 is one core."""
    max_in_flight: int
    peak_in_flight: Mapping[Backend, int]
    capacity_per_s: float | None = None
    """What the generator held in the test before the run; None if it did not run."""
    stopped: bool = False
    """The user stopped the run."""
    failures: Sequence[str] = ()
    """Why a process of the generator ended early, which stops the run."""

    @property
    def ended_early(self) -> bool:
        """Whether the run has not reached the end of its plan."""
        return self.stopped or bool(self.failures)


@dataclass(frozen=True, kw_only=True)
class FunctionReport:
    """What the REPORT lines of one function say of the time of a run, its warm-up included."""

    operation: str
    """The key of the function in the output `FunctionNames`."""
    billed: Distribution
    """The billed durations in milliseconds, with the init of cold starts."""
    billed_ms: float
    """The mean of *billed*."""
    run_ms: float
    """The mean of the billed durations without init."""
    init: Distribution
    """Init Duration of the cold starts, or Restore Duration with SnapStart, in milliseconds."""
    init_ms: float | None
    """The mean of *init*; None without a cold start."""
    billed_init_ms: float | None
    """What AWS bills for the init of a cold start, as a mean. With SnapStart, it is less."""
    max_memory_mb: float


@dataclass(frozen=True, kw_only=True)
class TaskLaunch:
    """When ECS launched a task. Times are RFC 3339, UTC; None if ECS does not say."""

    task: str
    created: str | None
    pull_started: str | None
    pull_stopped: str | None
    started: str | None
    registered: str | None
    """When the service next registered targets with the load balancer. The first health check
    follows: AWS does not record its time."""


@dataclass(frozen=True, kw_only=True)
class AwsRecords:
    """What AWS recorded of a run. Empty parts could not be read."""

    functions: Sequence[FunctionReport] = ()
    run_blocks_ms: Sequence[float] = ()
    """The mean billed durations without init in ten consecutive parts of all REPORT lines."""
    tasks: Sequence[TaskLaunch] = ()
    """The tasks of the service that were running after the last run."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run. *rows* includes those of the warm-up."""

    settings: PlanSettings
    slots: Sequence[Slot]
    environment: Environment
    generator: GeneratorLog
    rows: Sequence[Row] = field(repr=False)
    aws: AwsRecords | None = None
    """None for a local cloud, and if nothing could be read from AWS."""


@dataclass(frozen=True, kw_only=True)
class Results:
    """What a results file holds: one run, or several with `--repeat`."""

    runs: Sequence[Run]
    target: str = ""
    """The target of a ramp as the user wrote it, for example `p95<200ms`."""
    strict: bool = False
    """99 % intervals, for several quantiles read at once."""

    @property
    def function_reports(self) -> list[FunctionReport]:
        """What REPORT lines say of the functions, of all runs."""
        found = [one for run in self.runs if run.aws for one in run.aws.functions]
        return [one for one in found if one.billed.count > 0]

    @property
    def tasks(self) -> list[TaskLaunch]:
        """The tasks after all runs, each once."""
        found = {one.task: one for run in self.runs if run.aws for one in run.aws.tasks}
        return list(found.values())
