"""The functions of the load generator and for AWS that a comparison calls. Tests replace them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

from lab import aws_records
from lab.aws import concurrency_quota
from lab.aws_records import AwsReading, Window
from lab.backends import Backend, Target
from lab.load import cleanup, run, self_test
from lab.load.cleanup import CleanUp, Ids
from lab.load.locust_run import LocustEngine
from lab.load.run import Send

Targets = Mapping[Backend, Target]


@dataclass(frozen=True, kw_only=True)
class Steps:
    """By default, those of the lab's own generator."""

    run: Send = run.run
    capacity: Callable[[float], Awaitable[float]] = self_test.capacity
    quota: Callable[[str, str], int | None] = concurrency_quota
    aws_records: Callable[[str, Mapping[str, Any], Sequence[Window]], AwsReading] = aws_records.read
    clean: Callable[[Targets, Ids], Awaitable[CleanUp]] = cleanup.clean

    @classmethod
    def with_locust(cls, workers: int) -> Self:
        """Send, also in the test before the run, with Locust."""
        send = LocustEngine(workers).run
        return cls(run=send, capacity=partial(self_test.capacity, send=send))
