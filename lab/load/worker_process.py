"""A load process, as the parent sees it."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Final

from lab.load.messages import READY, STOP, Job, Report, decode_report, encode_job, encode_start

COMMAND: Final = (sys.executable, "-P", "-m", "lab.load.worker")

READY_S: Final = 30.0
"""The time that a process has to start."""
_MAX_LINE_BYTES: Final = 2**26
_MAX_STDERR_CHARACTERS: Final = 2000
_END_S: Final = 5.0


class LoadProcessError(Exception):
    """A load process ended early. The message is a sentence with its last words."""


class WorkerProcess:
    """One load process. Call each method once and in order; `stop` and `kill` at any time."""

    def __init__(self, process: asyncio.subprocess.Process, name: str) -> None:
        if process.stdin is None or process.stdout is None or process.stderr is None:
            raise ValueError("The process must have pipes.")
        self._process = process
        self._name = name
        self._input = process.stdin
        self._output = process.stdout
        self._stderr = asyncio.ensure_future(_last_text(process.stderr))
        self._was_killed = False

    @classmethod
    async def start(cls, command: Sequence[str], name: str) -> WorkerProcess:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=_MAX_LINE_BYTES,
            start_new_session=True,  # Ctrl-C is for the parent, which then stops the run
        )
        return cls(process, name)

    @property
    def pid(self) -> int:
        return self._process.pid

    async def prepare(self, job: Job) -> None:
        """Send *job* and wait until the process is ready."""
        try:
            async with asyncio.timeout(READY_S) as limit:
                await self._send(job, limit)
                is_ready = await self._output.readline() == READY
        except TimeoutError as error:
            raise LoadProcessError(
                f"{self._name} was not ready after {READY_S:g} seconds. Try again when this "
                "machine has less to do."
            ) from error
        if not is_ready:
            raise await self._failure()

    async def _send(self, job: Job, limit: asyncio.Timeout) -> None:
        """Send *job*. A long one may take longer than the limit, which each line extends."""
        now = asyncio.get_running_loop().time
        with suppress(ConnectionError):
            for line in encode_job(job):
                self._input.write(line)
                await self._input.drain()
                limit.reschedule(now() + READY_S)

    def begin(self, start: float) -> None:
        self._input.write(encode_start(start))

    async def reports(self) -> AsyncIterator[Report]:
        """Yield what the process reports until its end; raise LoadProcessError if it is early."""
        is_complete = False
        while (line := await self._output.readline()).endswith(b"\n"):
            report = decode_report(line)
            is_complete = report.cpu_share is not None
            yield report
        if not is_complete or await self._process.wait():
            raise await self._failure()

    def stop(self) -> None:
        self._input.write(STOP)

    async def kill(self) -> None:
        """End the process if it still runs."""
        self._was_killed = self._process.returncode is None
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        self._input.close()
        with suppress(ConnectionError):
            await self._input.wait_closed()
        await self._stderr

    async def _failure(self) -> LoadProcessError:
        code = await self._end()
        last = (await self._stderr).strip().splitlines()[-1:]
        if self._was_killed:
            return LoadProcessError(f"{self._name} did not end in time.")
        if code < 0:
            return LoadProcessError(f"{self._name} was ended by {signal.Signals(-code).name}.")
        return LoadProcessError(": ".join([f"{self._name} ended with status {code}", *last]))

    async def _end(self) -> int:
        """Wait for the end of the process, which comes soon after that of its input."""
        self._input.close()
        try:
            return await asyncio.wait_for(self._process.wait(), _END_S)
        except TimeoutError:
            self._process.kill()
            return await self._process.wait()


async def _last_text(stream: asyncio.StreamReader) -> str:
    """Return the end of what *stream* has."""
    text = b""
    while part := await stream.read(_MAX_STDERR_CHARACTERS):
        text = (text + part)[-_MAX_STDERR_CHARACTERS:]
    return text.decode(errors="replace")
