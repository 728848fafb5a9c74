"""A load process: `python -m lab.load.worker` reads a job on stdin and writes rows on stdout."""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from io import FileIO
from queue import SimpleQueue
from threading import Thread
from typing import Final

from lab.load.engine import Engine
from lab.load.event_loop import loop_factory
from lab.load.messages import READY, STOP, Job, Report, encode_report, read_job
from lab.rows import Row

_REPORT_S: Final = 0.2
_CPU_WINDOW_S: Final = 5.0
_DESCRIPTORS_BESIDE_CONNECTIONS: Final = 64


class CpuMeter:
    """The CPU time of this process, in the busiest few seconds."""

    def __init__(self, clock: Callable[[], tuple[float, float]]) -> None:
        """*clock* returns the time and the CPU time of the process."""
        self._clock = clock
        self._samples = [clock()]

    def sample(self) -> None:
        self._samples.append(self._clock())

    def share(self) -> float:
        """Return the highest CPU seconds per second over `_CPU_WINDOW_S`, or over all samples."""
        first, shares = 0, [0.0]
        samples = self._samples
        for number, (now, cpu) in enumerate(samples):
            while first + 1 < number and now - samples[first + 1][0] >= _CPU_WINDOW_S:
                first += 1
            started, cpu_before = samples[first]
            is_whole = now - started >= _CPU_WINDOW_S or number == len(samples) - 1
            if is_whole and now > started:
                shares.append((cpu - cpu_before) / (now - started))
        return max(shares)


class Reporter:
    """Collects rows, and writes reports in a thread: a slow reader must not delay requests."""

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._queue: SimpleQueue[bytes | None] = SimpleQueue()
        self._thread = Thread(target=self._write)
        self._thread.start()

    def add(self, row: Row) -> None:
        self._rows.append(row)

    def write(self, line: bytes) -> None:
        self._queue.put(line)

    def report(self, engine: Engine, cpu_share: float | None = None) -> None:
        rows, self._rows = self._rows, []
        self.write(
            encode_report(
                Report(
                    rows=rows,
                    in_flight=engine.in_flight,
                    peak_in_flight=engine.peak_in_flight,
                    cpu_share=cpu_share,
                )
            )
        )

    def close(self) -> None:
        self._queue.put(None)
        self._thread.join()

    def _write(self) -> None:
        output = FileIO(sys.stdout.fileno(), "w", closefd=False)
        while (line := self._queue.get()) is not None:
            left = memoryview(line)
            while left:
                left = left[output.write(left) or 0 :]


def main() -> None:
    job = read_job(sys.stdin.buffer)
    _raise_descriptor_limit(job)
    reporter = Reporter()
    try:
        with asyncio.Runner(loop_factory=loop_factory()) as runner:
            runner.run(_run(job, reporter))
    finally:
        reporter.close()


async def _run(job: Job, reporter: Reporter) -> None:
    engine = Engine(job.plan.requests, job.targets, job.limits, reporter.add)
    # The plan lives as long as the process: the garbage collector need not look at it again.
    gc.collect()
    gc.freeze()
    reporter.write(READY)
    commands = FileIO(sys.stdin.fileno(), closefd=False)
    start = float(commands.readline() or sys.exit())
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    Thread(target=_obey, args=(commands, loop, stop), daemon=True).start()
    meter = CpuMeter(lambda: (time.monotonic(), time.process_time()))
    reporting = asyncio.ensure_future(_report(engine, reporter, meter))
    await engine.run(start, stop)
    reporting.cancel()
    with suppress(asyncio.CancelledError):
        await reporting
    meter.sample()
    reporter.report(engine, meter.share())


async def _report(engine: Engine, reporter: Reporter, meter: CpuMeter) -> None:
    while True:
        await asyncio.sleep(_REPORT_S)
        meter.sample()
        reporter.report(engine)


def _obey(commands: FileIO, loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Stop when the parent asks for it. End at once when it is gone, for whatever reason."""
    while line := commands.readline():
        if line == STOP:
            loop.call_soon_threadsafe(stop.set)
    os._exit(1)


def _raise_descriptor_limit(job: Job) -> None:
    """Allow a descriptor for every request in flight, as far as the hard limit allows it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = job.limits.max_in_flight * len(job.targets) + _DESCRIPTORS_BESIDE_CONNECTIONS
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


if __name__ == "__main__":
    main()
