"""What the parent and its load processes write to each other: lines of JSON.

The parent writes the job, `start`, and possibly `stop`; the end of the input ends the process. The
process writes `ready`, reports of rows, and a last message. The token is only in the job, so it
is neither in the arguments nor in the environment of a process.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import islice
from typing import Any, BinaryIO, Final

from lab import plan_file
from lab.backends import Backend, Target
from lab.load.engine import Limits
from lab.plan import Operation, Plan
from lab.rows import ErrorClass, Outcome, Row

READY: Final = b'"ready"\n'
STOP: Final = b"stop\n"

_NAMES: Final = tuple(field.name for field in fields(Row))


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a load process does. *plan* has only its part of the requests."""

    plan: Plan
    targets: Mapping[Backend, Target]
    limits: Limits


@dataclass(frozen=True, kw_only=True)
class Report:
    """The rows since the last report. *cpu_share* is only in the last one."""

    rows: Sequence[Row]
    in_flight: Mapping[Backend, int]
    peak_in_flight: Mapping[Backend, int]
    cpu_share: float | None = None


def encode_job(job: Job) -> Iterator[bytes]:
    head = {
        "targets": [
            {"backend": one.backend, "url": one.url, "token": one.token}
            for one in job.targets.values()
        ],
        "limits": job.limits.__dict__,
        "lines": len(job.plan.requests) + 1,
    }
    yield _line(head)
    for line in plan_file.lines(job.plan):
        yield line.encode()


def read_job(stream: BinaryIO) -> Job:
    head = json.loads(stream.readline())
    lines = (line.decode() for line in islice(stream, head["lines"]))
    targets = [Target(**{**one, "backend": Backend(one["backend"])}) for one in head["targets"]]
    return Job(
        plan=plan_file.parse(lines, "the job"),
        targets={target.backend: target for target in targets},
        limits=Limits(**head["limits"]),
    )


def encode_start(start: float) -> bytes:
    return f"{start!r}\n".encode()


def encode_report(report: Report) -> bytes:
    return _line({**report.__dict__, "rows": [list(row.__dict__.values()) for row in report.rows]})


def decode_report(line: bytes) -> Report:
    values = json.loads(line)
    return Report(
        rows=[_row(each) for each in values["rows"]],
        in_flight=_by_backend(values["in_flight"]),
        peak_in_flight=_by_backend(values["peak_in_flight"]),
        cpu_share=values["cpu_share"],
    )


def _row(values: Sequence[Any]) -> Row:
    named = dict(zip(_NAMES, values, strict=True))
    named["backend"] = Backend(named["backend"])
    named["operation"] = Operation(named["operation"])
    named["outcome"] = Outcome(named["outcome"])
    named["error"] = named["error"] and ErrorClass(named["error"])
    return Row(**named)


def _by_backend(counts: Mapping[str, int]) -> dict[Backend, int]:
    return {Backend(name): count for name, count in counts.items()}


def _line(values: object) -> bytes:
    return json.dumps(values).encode() + b"\n"
