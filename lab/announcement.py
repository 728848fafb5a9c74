"""What a comparison will send, how long it takes, and what the requests cost in AWS."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from lab.backends import Backend
from lab.mix import WRITES
from lab.plan import Operation, Plan

_SELF_TEST_S: Final = 4.0
_MILLION: Final = 1_000_000
_USD_PER_MILLION: Final = {"API Gateway": 1.00, "Lambda": 0.20}
_USD_PER_GB_SECOND: Final = 0.0000133334
_BILLED_S: Final = 0.03  # an assumption: the run has not measured it yet
_DEFAULT_MB: Final = 442
_USD_PER_MILLION_READS: Final = 0.125
_USD_PER_MILLION_WRITES: Final = 0.625


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """What a comparison will do. *requests* counts those of all runs, with the warm-up."""

    requests: Mapping[Backend, int]
    writes: int
    runs: int
    seconds: float
    usd: float
    is_local: bool

    @property
    def sentence(self) -> str:
        """One line for the user, before the start."""
        counts = " and ".join(f"{count:,} to {name}" for name, count in self.requests.items())
        runs = f" in {self.runs} runs" if self.runs > 1 else ""
        return f"Sends {counts}{runs}, takes about {duration(self.seconds)}, costs {self._cost}."

    @property
    def _cost(self) -> str:
        if self.is_local:
            return "nothing (local cloud)"
        amount = f"about {self.usd:.2f}" if self.usd >= 0.01 else "less than 0.01"  # noqa: PLR2004 -- a cent
        return f"{amount} USD in AWS (prices of us-east-1)"


def announce(plan: Plan, outputs: Mapping[str, Any], *, runs: int, is_local: bool) -> Announcement:
    """Describe *runs* runs of *plan*: other seeds change the number of requests only a little."""
    by_backend = Counter(request.backend for request in plan.requests)
    operations = Counter(request.operation for request in plan.requests)
    writes = sum(count for operation, count in operations.items() if operation in WRITES)
    memory = outputs.get("FunctionMemory")
    functions = by_backend[Backend.FUNCTIONS] * _usd_per_invocation(memory)
    return Announcement(
        requests={backend: by_backend[backend] * runs for backend in Backend},
        writes=writes * runs,
        runs=runs,
        seconds=plan.end_s * runs + _SELF_TEST_S,
        usd=0.0 if is_local else runs * (functions + _usd_of_table(operations)),
        is_local=is_local,
    )


def duration(seconds: float) -> str:
    """Return a duration in words: `70 seconds`, or `41 minutes` from two minutes on."""
    minutes = seconds / 60
    return f"{seconds:.0f} seconds" if minutes < 2 else f"{minutes:.0f} minutes"  # noqa: PLR2004 -- as documented


def _usd_per_invocation(memory: object) -> float:
    mb = memory if isinstance(memory, int | float) else _DEFAULT_MB
    return sum(_USD_PER_MILLION.values()) / _MILLION + mb / 1024 * _BILLED_S * _USD_PER_GB_SECOND


def _usd_of_table(operations: Mapping[Operation, int]) -> float:
    writes = sum(count for operation, count in operations.items() if operation in WRITES)
    reads = sum(operations.values()) - writes
    usd = reads * _USD_PER_MILLION_READS + writes * _USD_PER_MILLION_WRITES
    return usd / _MILLION
