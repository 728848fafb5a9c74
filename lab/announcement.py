"""What a comparison will send, how long it takes, and what the requests cost in AWS."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from lab import request_cost
from lab.backends import Backend
from lab.mix import WRITES
from lab.plan import Operation, Plan

_SELF_TEST_S: Final = 4.0
_CENT: Final = 0.01
_LONG_S: Final = 120.0


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """What a comparison is about to do. *requests* counts those of all runs, with the warm-up.

    *usd* is None if the region has no prices.
    """

    requests: Mapping[Backend, int]
    posts: int
    runs: int
    seconds: float
    usd: float | None
    region: str
    is_local: bool

    @property
    def sentence(self) -> str:
        """One line for the user, before the start."""
        functions, containers = (self.requests[backend] for backend in Backend)
        runs = f" in {self.runs} runs" if self.runs > 1 else ""
        blogs = f" It removes the {self.posts:,} blogs that it posts." if self.posts else ""
        return (
            f"This sends {functions:,} requests to functions and {containers:,} to containers"
            f"{runs}, takes about {duration(self.seconds)} and costs {self._cost}.{blogs}"
        )

    @property
    def _cost(self) -> str:
        if self.is_local:
            return "nothing (local cloud)"
        if self.usd is None:
            return f"an unknown amount (no prices for {self.region})"
        amount = f"about {self.usd:.2f}" if self.usd >= _CENT else "less than 0.01"
        return f"{amount} USD for its requests (prices of {self.region})"


def announce(
    plan: Plan, outputs: Mapping[str, Any], *, runs: int, region: str, is_local: bool
) -> Announcement:
    """Describe *runs* runs of *plan*: other seeds change the number of requests only a little."""
    region = region or request_cost.DEFAULT_REGION
    by_backend = Counter(request.backend for request in plan.requests)
    posts = sum(request.operation is Operation.POST for request in plan.requests)
    return Announcement(
        requests={backend: by_backend[backend] * runs for backend in Backend},
        posts=posts * runs,
        runs=runs,
        seconds=plan.end_s * runs + _SELF_TEST_S,
        usd=0.0 if is_local else _usd(plan, outputs, region, runs),
        region=region,
        is_local=is_local,
    )


def duration(seconds: float) -> str:
    """Return a duration in words: `70 seconds`, or `41 minutes` from two minutes on."""
    return f"{seconds:.0f} seconds" if seconds < _LONG_S else f"{seconds / 60:.0f} minutes"


def _usd(plan: Plan, outputs: Mapping[str, Any], region: str, runs: int) -> float | None:
    invocations = sum(request.backend is Backend.FUNCTIONS for request in plan.requests)
    writes = sum(request.operation in WRITES for request in plan.requests)
    return request_cost.usd(
        invocations=invocations * runs,
        reads=(len(plan.requests) - writes) * runs,
        writes=writes * runs,
        outputs=outputs,
        region=region,
    )
