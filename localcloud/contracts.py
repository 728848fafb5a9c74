"""What runtimes agree on without knowing each other.

A gateway or another caller invokes functions, and gets one of these errors when that fails:

InvocationError
├── FunctionError      the function failed: an exception, a time-out, a dead process, a bad start
├── Throttled          every execution environment is busy and the limit is reached
└── RequestTooLarge    the event exceeds Lambda's limit, so the function never received it

A service registers its healthy tasks as targets with a load balancer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class InvocationError(Exception):
    """An invocation that returned no response."""


class FunctionError(InvocationError):
    """The function failed; *payload* is the JSON that Lambda returns to the caller."""

    def __init__(self, error_type: str, payload: bytes) -> None:
        super().__init__(f"{error_type}: {payload[:500].decode(errors='replace')}")
        self.error_type = error_type
        self.payload = payload


class Throttled(InvocationError):
    """All execution environments are busy, and no more are allowed."""


class RequestTooLarge(InvocationError):
    """The event is larger than Lambda accepts."""


@dataclass(frozen=True, kw_only=True)
class HealthCheck:
    """How a target group decides whether a target is healthy; the defaults are AWS's."""

    path: str = "/"
    interval_s: float = 30.0
    timeout_s: float = 5.0
    healthy_threshold: int = 5
    unhealthy_threshold: int = 2
    matcher: str = "200"


class Targets(Protocol):
    """A target group, as a service sees it."""

    def register(self, task_id: str, host: str, port: int) -> None:
        """Send new requests to this healthy task too."""

    async def deregister(self, task_id: str) -> None:
        """Send no new requests to this task; return when its requests are done or given up."""
