"""The functions of the load generator that a comparison calls. Tests replace them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from lab.aws import concurrency_quota
from lab.backends import Backend, Target
from lab.load import cleanup, run, self_test
from lab.load.cleanup import CleanUp, Ids
from lab.load.run import LoadOptions, Progress, RunLog
from lab.plan import Plan

Targets = Mapping[Backend, Target]


@dataclass(frozen=True, kw_only=True)
class Steps:
    """By default, those of the lab's own generator."""

    run: Callable[
        [Plan, Targets, LoadOptions, Callable[[Progress], None], asyncio.Event], Awaitable[RunLog]
    ] = run.run
    capacity: Callable[[float], Awaitable[float]] = self_test.capacity
    quota: Callable[[str, str], int | None] = concurrency_quota
    clean: Callable[[Targets, Ids], Awaitable[CleanUp]] = cleanup.clean
