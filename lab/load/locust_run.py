"""Run a plan with Locust on this machine: a master and several workers."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from lab.backends import Backend, Target
from lab.load import locust_folder
from lab.load.locust_folder import LocustRun
from lab.load.locust_log import InvalidLog, LocustLog
from lab.load.run import LoadOptions, Progress, RunLog
from lab.load.worker_process import LoadProcessError
from lab.plan import Plan
from lab.results import Environment

_PROGRESS_S: Final = 0.2
_START_S: Final = 120.0
_GRACE_S: Final = 60.0
_END_S: Final = 10.0
_LAST_LINES_S: Final = 2.0
_START_IN_S: Final = 2.0  # as in locustfile.py
_MAX_LINE_BYTES: Final = 2**26
_MISSING: Final = "Locust is not installed. Run make setup in the project folder."


@dataclass(frozen=True)
class LocustEngine:
    """Sends plans with Locust: a master and *workers* worker processes."""

    workers: int

    async def run(
        self,
        plan: Plan,
        targets: Mapping[Backend, Target],
        options: LoadOptions,
        on_progress: Callable[[Progress], None],
        stop: asyncio.Event,
    ) -> RunLog:
        """Do what `lab.load.run.run` does."""
        workers = min(self.workers, options.max_in_flight)
        with tempfile.TemporaryDirectory(prefix="blogs-locust-") as name:
            folder = Path(name)
            await asyncio.to_thread(_write, folder, plan, targets, options)
            token = next((target.token for target in targets.values() if target.token), "")
            async with _processes(folder, workers, token) as processes:
                return await _Running(plan, options, processes).run(on_progress, stop)


def check_installed() -> None:
    """Raise LoadProcessError if Locust is missing."""
    if find_spec("locust") is None:
        raise LoadProcessError(_MISSING)


def _write(
    folder: Path, plan: Plan, targets: Mapping[Backend, Target], options: LoadOptions
) -> None:
    urls = {backend: target.url for backend, target in targets.items()}
    run = LocustRun(
        urls=urls,
        max_in_flight=options.max_in_flight,
        timeout_s=options.timeout_s,
        environment=Environment(command="", started_at="", versions={}, urls=urls),
    )
    locust_folder.write(folder, plan, run)


class _Processes:
    """The master and the workers. What they print on stderr goes to files in *folder*."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._all: dict[str, asyncio.subprocess.Process] = {}

    async def start(self, workers: int, token: str) -> None:
        port = str(_free_port())
        master = ["--headless", "--only-summary", "--master", "--expect-workers", str(workers)]
        address = ["--master-bind-host", "127.0.0.1", "--master-bind-port", port]
        environment = {"BLOGS_ROWS": "-", "BLOGS_QUIT_AT_END_OF_INPUT": "1"}
        await self._start("master", [*master, *address], environment)
        worker = ["--worker", "--master-host", "127.0.0.1", "--master-port", port]
        for number in range(1, workers + 1):
            await self._start(f"worker {number}", worker, {"BLOGS_WRITE_TOKEN": token})

    async def _start(
        self, name: str, arguments: Sequence[str], environment: Mapping[str, str]
    ) -> None:
        with (self._folder / f"{name}.log").open("wb") as errors:
            self._all[name] = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "locust", "--locustfile", locust_folder.LOCUSTFILE),
                *("--loglevel", "WARNING", *arguments),
                cwd=self._folder,
                env={**_clean_environment(), **environment},
                stdin=asyncio.subprocess.PIPE if name == "master" else asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE if name == "master" else asyncio.subprocess.DEVNULL,
                stderr=errors,
                limit=_MAX_LINE_BYTES,
                start_new_session=True,  # Ctrl-C is for the parent, which then stops the run
            )

    async def lines(self) -> AsyncIterator[str]:
        """Yield what the master prints, until it ends."""
        output = self._all["master"].stdout
        while output and (line := await output.readline()):
            yield line.decode(errors="replace")

    async def first_end(self) -> str:
        """Wait until one of the processes ends; return its name."""
        ends = {asyncio.ensure_future(each.wait()): name for name, each in self._all.items()}
        try:
            done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
        return ends[done.pop()]

    def stop(self) -> None:
        """Ask the master to end the run, which then ends the workers."""
        if stdin := self._all["master"].stdin:
            stdin.close()

    async def failure(self, name: str) -> str:
        """Return a sentence on why the process *name* ended."""
        code = await self._all[name].wait()
        if code < 0:
            return f"The Locust {name} was ended by {signal.Signals(-code).name}."
        text = (self._folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")
        last = text.strip().splitlines()[-1:]
        return ": ".join([f"The Locust {name} ended with status {code}", *last])

    async def end(self) -> None:
        """Give the processes time to end by themselves."""
        await asyncio.wait(
            [asyncio.ensure_future(each.wait()) for each in self._all.values()], timeout=_END_S
        )

    async def kill(self) -> None:
        for process in self._all.values():
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


@asynccontextmanager
async def _processes(folder: Path, workers: int, token: str) -> AsyncIterator[_Processes]:
    """Start the processes. At the end, none is left."""
    processes = _Processes(folder)
    try:
        await processes.start(workers, token)
        yield processes
    finally:
        await processes.kill()


class _Running:
    """One run, while its processes work."""

    def __init__(self, plan: Plan, options: LoadOptions, processes: _Processes) -> None:
        self._duration_s = plan.end_s
        self._timeout_s = options.timeout_s
        self._processes = processes
        self._log = LocustLog(plan, options.max_in_flight)
        self._failures: list[str] = []
        self._start: float | None = None

    async def run(self, on_progress: Callable[[Progress], None], stop: asyncio.Event) -> RunLog:
        reading = asyncio.ensure_future(self._read())
        others = [asyncio.ensure_future(each) for each in (self._watch(), self._end(stop))]
        try:
            while not reading.done():
                await asyncio.wait({reading}, timeout=_PROGRESS_S)
                self._show(on_progress)
            reading.result()
            if self._log.is_complete:
                await self._processes.end()
            elif not (self._failures or stop.is_set()):
                self._failures.append(await self._processes.failure("master"))
        finally:
            for task in (reading, *others):
                task.cancel()
        if self._start is None and self._failures:
            raise LoadProcessError(self._failures[0])
        return self._log.run_log(self._failures, stopped=stop.is_set())

    async def _read(self) -> None:
        """Collect what the master prints, until it ends."""
        async for line in self._processes.lines():
            try:
                self._log.add(line)
            except InvalidLog as error:
                self._failures.append(f"A line of the Locust master {error}.")
                self._processes.stop()
            if self._start is None and self._log.started_at:
                self._start = time.monotonic() + _START_IN_S
            if self._log.is_complete:
                self._processes.stop()

    async def _watch(self) -> None:
        """Stop the run when a worker ends early. The end of the master ends it anyway."""
        name = await self._processes.first_end()
        if name == "master":
            return
        await asyncio.sleep(_LAST_LINES_S)  # its last report may still be on its way
        if not self._log.is_complete:
            self._failures.append(await self._processes.failure(name))
            await self._stop_and_kill()

    async def _end(self, stop: asyncio.Event) -> None:
        """Stop the run when *stop* is set, or when it takes too long."""
        longest = _START_S + self._duration_s + self._timeout_s + _GRACE_S
        with suppress(TimeoutError):
            async with asyncio.timeout(longest):
                await stop.wait()
        await self._stop_and_kill()

    async def _stop_and_kill(self) -> None:
        self._processes.stop()
        await asyncio.sleep(_GRACE_S if self._start is not None else 0)
        await self._processes.kill()

    def _show(self, on_progress: Callable[[Progress], None]) -> None:
        if self._start is not None:
            on_progress(
                Progress(
                    elapsed_s=max(0.0, time.monotonic() - self._start),
                    duration_s=self._duration_s,
                    rows=self._log.new_rows(),
                    in_flight=self._log.in_flight(),
                )
            )


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _clean_environment() -> dict[str, str]:
    """Return the environment without what would change the settings of Locust, or the token."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("LOCUST_", "BLOGS_"))
    }
