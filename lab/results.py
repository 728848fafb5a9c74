"""The results of a run: what was asked, where it ran, and the log. The file `results.json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lab.backends import Backend
from lab.plan import PlanSettings, Slot
from lab.rows import Row


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
class Run:
    """One run. *rows* includes those of the warm-up."""

    settings: PlanSettings
    slots: Sequence[Slot]
    environment: Environment
    generator: GeneratorLog
    rows: Sequence[Row] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Results:
    """What a results file holds: one run, or several with `--repeat`."""

    runs: Sequence[Run]
    target: str = ""
    """The target of a ramp as the user wrote it, for example `p95<200ms`."""
    strict: bool = False
    """99 % intervals, for several quantiles read at once."""
