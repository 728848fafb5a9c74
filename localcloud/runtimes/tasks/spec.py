"""What a program can declare about a service and its tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from localcloud.contracts import HealthCheck


@dataclass(frozen=True, kw_only=True)
class ServiceSpec:
    """A service of tasks that all run one command.

    *failed_starts* is after how many failures a deployment gives up (ECS: half the desired count,
    at least three); *grace_s* is how long a starting task may be unhealthy on top of what the
    health check allows. *cpu_units* (1,024 are a CPU) and *memory_mb* are what a task reserves;
    nothing holds it to that here.
    """

    name: str
    command: tuple[str, ...]
    cwd: Path
    environment: Mapping[str, str]
    endpoint: str
    logs: Path
    desired_count: int = 1
    container_port: int = 8080
    cpu_units: int = 256
    memory_mb: int = 512
    stop_timeout_s: float = 30.0
    health: HealthCheck = field(default_factory=HealthCheck)
    grace_s: float = 0.0
    failed_starts: int = 3

    @property
    def start_s(self) -> float:
        """How long a task may take until it is healthy for the first time."""
        rules = self.health
        return self.grace_s + rules.unhealthy_threshold * rules.interval_s + rules.timeout_s

    def needs_new_tasks(self, former: ServiceSpec) -> bool:
        """Whether running tasks are not what this declares: the task definition has changed."""
        same = replace(
            former,
            desired_count=self.desired_count,
            stop_timeout_s=self.stop_timeout_s,
            health=self.health,
            grace_s=self.grace_s,
            failed_starts=self.failed_starts,
        )
        return same != self
