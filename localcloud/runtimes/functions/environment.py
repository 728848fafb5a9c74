"""One execution environment: a process of the runtime client, its Runtime API and its output.

As in Lambda, initialization has its own 10 seconds, and the function's timeout starts when the
environment receives the event. Unlike Lambda, an initialization that failed or timed out is not
repeated within the same invocation: it would fail again, and a developer wants the reason at once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

from localcloud.contracts import FunctionError
from localcloud.environment import clean_environment
from localcloud.metrics import Meter
from localcloud.processes import Process, Processes
from localcloud.runtimes.functions.invocation import (
    EnvironmentLost,
    Invocation,
    exited,
    gone,
    not_started,
    timed_out,
    timeout_text,
)
from localcloud.runtimes.functions.log import FunctionLog, OutputPipe, Report
from localcloud.runtimes.functions.memory import PeakMemory
from localcloud.runtimes.functions.runtime_api import RuntimeApi
from localcloud.runtimes.functions.spec import FunctionSpec, command, new_log_stream, variables

INIT_LIMIT_S: Final = 10.0
_TIMEOUT: Final = "timeout"
_PLATFORM_ERRORS: Final = frozenset(
    {"Runtime.ExitError", "Sandbox.Timedout", "Function.ResponseSizeTooLarge"}
)


class Environment:
    """Runs one invocation after the other; its process starts with the first.

    *printed* receives the lines that it prints.
    """

    def __init__(
        self,
        spec: FunctionSpec,
        processes: Processes,
        endpoint: str,
        meter: Meter,
        printed: Callable[[bytes], None],
    ) -> None:
        self.on_exit: Callable[[Environment], None] = lambda _: None
        self._spec = spec
        self._processes = processes
        self._endpoint = endpoint
        self._meter = meter
        self._log = FunctionLog(spec.log)
        self._api = RuntimeApi(spec.arn, self._taken)
        self._output = OutputPipe(self._log, printed)
        self._process: Process | None = None
        self._memory: PeakMemory | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._current: Invocation | None = None
        self._init_ms: float | None = None
        self._ended = False

    @property
    def usable(self) -> bool:
        """True if it can take another invocation."""
        # A dead process closes its output before its end is reported.
        self._output.drain()
        return not (self._ended or self._output.ended)

    async def invoke(self, invocation: Invocation) -> bytes:
        """Run *invocation*; raise EnvironmentLost if another environment should run it."""
        self._current = invocation
        try:
            if self._process is None:
                await self._start(invocation)
            return await self._run(invocation)
        finally:
            self._current = None

    async def end(self) -> None:
        """Kill the process and wait until nothing of it is left."""
        self._ended = True
        if self._process:
            self._process.kill()
        if self._watcher:
            await self._watcher
        else:
            await self._close()

    async def _start(self, invocation: Invocation) -> None:
        began = time.perf_counter()
        try:
            await self._spawn()
            async with asyncio.timeout(INIT_LIMIT_S):
                await asyncio.shield(self._api.initialized)
        except (OSError, RuntimeError, FunctionError) as failure:
            error = _start_error(invocation, failure)
            self._init_failed(invocation, error, time.perf_counter() - began)
            if self._watcher is None:
                await self._close()
            raise error from failure
        self._init_ms = (time.perf_counter() - began) * 1000

    async def _spawn(self) -> None:
        log_stream = new_log_stream()
        address = await self._api.open()
        if self._ended:
            raise gone(self._spec.name)
        self._log.init_start(log_stream)
        process = await self._processes.spawn(
            f"function {self._spec.name}",
            command(self._spec),
            cwd=self._spec.package,
            env=self._variables(address, log_stream),
            log=self._output.path,
        )
        self._output.close_sink()
        self._process = process
        self._memory = PeakMemory(process.pid)
        self._watcher = asyncio.create_task(self._watch(process))
        if self._ended:
            await self.end()

    def _variables(self, address: str, log_stream: str) -> dict[str, str]:
        made = clean_environment(self._endpoint, variables(self._spec, address, log_stream))
        daemon = self._spec.xray_daemon
        return made | ({"AWS_XRAY_DAEMON_ADDRESS": daemon} if daemon else {})

    async def _run(self, invocation: Invocation) -> bytes:
        self._api.deliver(invocation)
        began = time.perf_counter()
        watching = asyncio.create_task(self._memory.watch()) if self._memory else None
        try:
            async with asyncio.timeout(self._spec.timeout_s):
                response = await asyncio.shield(invocation.result)
        except TimeoutError as late:
            error = timed_out(invocation, self._spec.timeout_s)
            invocation.fail(error)
            self._finish(invocation, self._spec.timeout_s, error)
            raise error from late
        except FunctionError as error:
            self._finish(invocation, time.perf_counter() - began, error)
            raise
        finally:
            if watching:
                watching.cancel()
        self._finish(invocation, time.perf_counter() - began)
        return response

    def _taken(self, invocation: Invocation) -> None:
        self._output.flush()
        self._log.start(invocation.id)
        invocation.take(self._spec.timeout_s)

    def _finish(
        self, invocation: Invocation, took_s: float, error: FunctionError | None = None
    ) -> None:
        self._meter("Duration", took_s * 1000)
        if self._memory:
            self._memory.sample()
        status = _status(error) if error and error.error_type in _PLATFORM_ERRORS else None
        if status:
            self._kill()
        self._output.flush()
        if not invocation.taken:
            self._log.start(invocation.id)
        report = Report(
            request_id=invocation.id,
            duration_ms=took_s * 1000,
            memory_mb=self._spec.memory_mb,
            used_mb=self._memory.mb if self._memory else None,
            init_ms=self._init_ms,
            status=status,
        )
        note = timeout_text(invocation.id, took_s) if status == _TIMEOUT else None
        self._log.end(report, note)
        self._init_ms = None  # billed

    def _init_failed(self, invocation: Invocation, error: FunctionError, took_s: float) -> None:
        self._kill()
        self._output.flush()
        self._meter("Duration", took_s * 1000)
        self._log.init_failed(took_s * 1000, _status(error))
        self._log.start(invocation.id)
        report = Report(
            request_id=invocation.id,
            duration_ms=took_s * 1000,
            memory_mb=self._spec.memory_mb,
            used_mb=None,
            status=_status(error),
        )
        self._log.end(report)

    def _kill(self) -> None:
        self._ended = True
        if self._process:
            self._process.kill()

    async def _watch(self, process: Process) -> None:
        returncode = await process.wait()
        self._ended = True
        self._settle(returncode)
        self.on_exit(self)
        await self._close()

    def _settle(self, returncode: int) -> None:
        current = self._current
        error = exited(current.id if current else "", returncode)
        self._api.fail_init(error)
        # Only an environment that has worked before is replaced. Otherwise a function whose process
        # dies as soon as it is ready would start again and again.
        worked = self._init_ms is None
        if current:
            current.fail(EnvironmentLost() if worked and not current.taken else error)

    async def _close(self) -> None:
        self._output.flush()
        self._output.close()
        await self._api.close()


def _start_error(invocation: Invocation, failure: Exception) -> FunctionError:
    if isinstance(failure, FunctionError):
        return failure
    if isinstance(failure, TimeoutError):
        return timed_out(invocation, INIT_LIMIT_S)
    return not_started(failure)


def _status(error: FunctionError) -> str:
    if error.error_type == "Sandbox.Timedout":
        return _TIMEOUT
    return f"error\tError Type: {error.error_type}"
