"""Run a plan: start the load processes, send each its part, and collect the log."""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

from lab.backends import Backend, Target
from lab.load.engine import Limits, row_of
from lab.load.messages import Job, Report
from lab.load.worker_process import COMMAND, LoadProcessError, WorkerProcess
from lab.plan import Plan
from lab.plan_parts import parts
from lab.results import GeneratorLog
from lab.rows import Outcome, Row

RATE_PER_PROCESS: Final = 1500

_PROGRESS_S: Final = 0.2
_START_IN_S: Final = 0.2
_GRACE_S: Final = 10.0


@dataclass(frozen=True, kw_only=True)
class LoadOptions:
    """How to send a plan."""

    max_in_flight: int = 256
    """Per target, in all processes together."""
    timeout_s: float = 30
    processes: int | None = None
    """None: as many as the rate needs."""
    command: Sequence[str] = COMMAND
    """The command of a load process."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """The state of a run, a few times a second. *rows* are those since the last call."""

    elapsed_s: float
    duration_s: float
    rows: Sequence[Row]
    in_flight: Mapping[Backend, int]


@dataclass(frozen=True, kw_only=True)
class RunLog:
    """One row for each planned request, and what the generator measured of itself."""

    rows: Sequence[Row] = field(repr=False)
    generator: GeneratorLog


Send = Callable[
    [Plan, Mapping[Backend, Target], LoadOptions, Callable[[Progress], None], asyncio.Event],
    Awaitable[RunLog],
]
"""What sends a plan: `run`, or another engine."""


async def run(
    plan: Plan,
    targets: Mapping[Backend, Target],
    options: LoadOptions,
    on_progress: Callable[[Progress], None],
    stop: asyncio.Event,
) -> RunLog:
    """Send *plan* to *targets* until its end, or until *stop* is set; the rows so far are kept.

    Raise LoadProcessError if the load processes do not start. If one ends early, the run stops,
    and the log has the reason in *failures*.
    """
    jobs = _jobs(plan, targets, options)
    async with _processes(len(jobs), options) as processes:
        collector = _Collector(plan, processes)
        if await _are_ready(processes, jobs, stop):
            longest_s = plan.end_s + options.timeout_s + _GRACE_S
            await _collect(collector, processes, longest_s, on_progress, stop)
    return RunLog(rows=collector.rows(), generator=collector.generator(options, stop))


def peak_rate(plan: Plan) -> float:
    """Return the highest rate of *plan* in requests per second, for both backends together."""
    bursts = Counter(request.slot for request in plan.requests)
    return max(
        (
            float(bursts[slot.number]) if slot.rate is None else slot.rate * len(slot.backends)
            for slot in plan.slots
        ),
        default=0.0,
    )


def number_of_processes(plan: Plan, options: LoadOptions) -> int:
    """Return how many load processes send *plan*."""
    wanted = options.processes or math.ceil(peak_rate(plan) / RATE_PER_PROCESS)
    return min(max(wanted, 1), options.max_in_flight)


def _jobs(plan: Plan, targets: Mapping[Backend, Target], options: LoadOptions) -> Sequence[Job]:
    missing = {request.backend for request in plan.requests} - targets.keys()
    if missing:
        raise ValueError(f"The plan has requests for {', '.join(missing)}, which has no target.")
    count = number_of_processes(plan, options)
    most, rest = divmod(options.max_in_flight, count)
    return [
        Job(
            plan=part,
            targets=targets,
            limits=Limits(max_in_flight=most + (number < rest), timeout_s=options.timeout_s),
        )
        for number, part in enumerate(parts(plan, count))
    ]


@asynccontextmanager
async def _processes(count: int, options: LoadOptions) -> AsyncIterator[Sequence[WorkerProcess]]:
    """Start *count* processes. At the end, none is left."""
    processes: list[WorkerProcess] = []
    try:
        for number in range(1, count + 1):
            name = f"Load process {number} of {count}"
            processes.append(await WorkerProcess.start(options.command, name))
        yield processes
    finally:
        for process in processes:
            await process.kill()


async def _are_ready(
    processes: Sequence[WorkerProcess], jobs: Sequence[Job], stop: asyncio.Event
) -> bool:
    """Give each process its job and wait until all are ready; return False on *stop*."""
    preparing = asyncio.gather(
        *(process.prepare(job) for process, job in zip(processes, jobs, strict=True))
    )
    stopping = asyncio.ensure_future(stop.wait())
    waiting: set[asyncio.Future[Any]] = {preparing, stopping}
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if preparing.done():
            preparing.result()
        return preparing.done()
    finally:
        stopping.cancel()
        preparing.cancel()


async def _collect(
    collector: _Collector,
    processes: Sequence[WorkerProcess],
    longest_s: float,
    on_progress: Callable[[Progress], None],
    stop: asyncio.Event,
) -> None:
    """Let the processes send their parts, and collect what they report."""
    start = time.monotonic() + _START_IN_S
    for process in processes:
        process.begin(start)
    collecting = asyncio.ensure_future(collector.collect())
    ending = asyncio.ensure_future(_end(processes, stop, start + longest_s))
    try:
        while not collecting.done():
            await asyncio.wait({collecting}, timeout=_PROGRESS_S)
            on_progress(collector.progress(max(0.0, time.monotonic() - start)))
        collecting.result()
    finally:
        ending.cancel()
        collecting.cancel()


async def _end(processes: Sequence[WorkerProcess], stop: asyncio.Event, deadline: float) -> None:
    """Stop the processes when *stop* is set or at *deadline*, and kill those that do not end."""
    with suppress(TimeoutError):
        async with asyncio.timeout(deadline - time.monotonic()):
            await stop.wait()
    for process in processes:
        process.stop()
    await asyncio.sleep(_GRACE_S)
    for process in processes:
        await process.kill()


class _Collector:
    """Collects what the processes report."""

    def __init__(self, plan: Plan, processes: Sequence[WorkerProcess]) -> None:
        self._plan = plan
        self._last: dict[WorkerProcess, Report] = {}
        self._processes = processes
        self._rows: list[Row] = []
        self._shown = 0
        self._failures: list[str] = []

    async def collect(self) -> None:
        await asyncio.gather(*(self._collect(process) for process in self._processes))

    async def _collect(self, process: WorkerProcess) -> None:
        try:
            async for report in process.reports():
                self._rows += report.rows
                self._last[process] = report
        except LoadProcessError as error:
            self._failures.append(str(error))
            for other in self._processes:
                other.stop()

    def progress(self, elapsed_s: float) -> Progress:
        rows = self._rows[self._shown :]
        self._shown = len(self._rows)
        return Progress(
            elapsed_s=elapsed_s,
            duration_s=self._plan.end_s,
            rows=rows,
            in_flight=_sum(report.in_flight for report in self._last.values()),
        )

    def rows(self) -> Sequence[Row]:
        """Return a row for each planned request. Those that nobody reported have no response."""
        reported = {row.number: row for row in self._rows}
        return [
            reported.get(request.number) or row_of(request, Outcome.STOPPED)
            for request in self._plan.requests
        ]

    def generator(self, options: LoadOptions, stop: asyncio.Event) -> GeneratorLog:
        return GeneratorLog(
            engine="aiohttp",
            processes=len(self._processes),
            cpu_share=max((report.cpu_share or 0.0 for report in self._last.values()), default=0.0),
            max_in_flight=options.max_in_flight,
            peak_in_flight=_sum(report.peak_in_flight for report in self._last.values()),
            stopped=stop.is_set(),
            failures=tuple(self._failures),
        )


def _sum(counts: Iterable[Mapping[Backend, int]]) -> dict[Backend, int]:
    total = dict.fromkeys(Backend, 0)
    for one in counts:
        for backend, count in one.items():
            total[backend] += count
    return total
