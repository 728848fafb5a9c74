"""What a program declares about a service and its tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from localcloud.contracts import HealthCheck


@dataclass(frozen=True, kw_only=True)
class ServiceSpec:
    """A service whose tasks all run one command.

    A deployment fails after *failed_starts* failures (ECS: half the desired count, at least three).
    A starting task may be unhealthy for *grace_s* longer than the health check allows. *cpu_units*
    (1,024 per CPU) and *memory_mb* are what a task reserves; they are not enforced here.
    *traces_url* is where its tasks send traces; empty if they have no collector.
    """

    name: str
    command: tuple[str, ...]
    cwd: Path
    environment: Mapping[str, str]
    endpoint: str
    logs: Path
    traces_url: str = ""
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
        """How long a task may take to become healthy."""
        rules = self.health
        return self.grace_s + rules.unhealthy_threshold * rules.interval_s + rules.timeout_s

    def needs_new_tasks(self, previous: ServiceSpec) -> bool:
        """Return True if tasks of *previous* cannot stay: the task definition has changed."""
        same = replace(
            previous,
            desired_count=self.desired_count,
            stop_timeout_s=self.stop_timeout_s,
            health=self.health,
            grace_s=self.grace_s,
            failed_starts=self.failed_starts,
        )
        return same != self
