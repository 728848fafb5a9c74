"""Runs from the logs of the runs of a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lab.aws_records import Window
from lab.load.run import RunLog
from lab.plan import Plan
from lab.results import AwsRecords, Environment, Run


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A plan whose requests were sent, with its log and the time of the run."""

    plan: Plan
    log: RunLog
    window: Window


def runs_of(
    sent: Sequence[Sent],
    records: Sequence[AwsRecords | None],
    capacity: float,
    environment: Environment,
) -> list[Run]:
    """Return the runs; *records* has what AWS recorded of each."""
    return [
        Run(
            settings=one.plan.settings,
            slots=one.plan.slots,
            environment=environment,
            generator=replace(one.log.generator, capacity_per_s=capacity),
            rows=one.log.rows,
            aws=recorded,
        )
        for one, recorded in zip(sent, records, strict=True)
    ]
