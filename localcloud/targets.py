"""What a service and a load balancer agree on: where tasks answer, and when they may be asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class HealthCheck:
    """How a target group decides that a target may be asked; the defaults are AWS's."""

    path: str = "/"
    interval_s: float = 30.0
    timeout_s: float = 5.0
    healthy_threshold: int = 5
    unhealthy_threshold: int = 2
    matcher: str = "200"


class Targets(Protocol):
    """Takes the tasks of a service into the rotation, and out of it."""

    def register(self, task_id: str, host: str, port: int) -> None:
        """Let new requests go to this task; it is healthy."""

    async def deregister(self, task_id: str) -> None:
        """Let no new request go to this task; returns when its requests are done, or given up."""
