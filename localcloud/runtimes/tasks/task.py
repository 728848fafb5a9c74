"""One task: a process with its own port, launched when it is healthy."""

from __future__ import annotations

import asyncio
import re
import secrets
from pathlib import Path
from typing import Final

from localcloud.environment import clean_environment
from localcloud.ports import HOST, free_port
from localcloud.processes import Process, Processes
from localcloud.runtimes.tasks.health import check
from localcloud.runtimes.tasks.spec import ServiceSpec

_PORT_TRIES: Final = 5
_FIRST_CHECKS_S: Final = 0.05
_TAIL_BYTES: Final = 8192
_TAIL_LINES: Final = 10
_TAKEN: Final = re.compile(r"address already in use|EADDRINUSE|connection in use", re.IGNORECASE)


class TaskFailed(Exception):
    """A task ended or did not become healthy; the text ends with the last lines of its log."""


class _PortTaken(Exception):
    """Another program has taken the port since it was chosen."""


class Task:
    """A running task; *id* is its ECS task id, and the name of its log file."""

    def __init__(self, task_id: str, port: int, process: Process, spec: ServiceSpec) -> None:
        self.id = task_id
        self.port = port
        self.rules = spec.health
        self._process = process

    @classmethod
    async def launch(cls, spec: ServiceSpec, processes: Processes) -> Task:
        """Start a task; return it when it is healthy, or raise TaskFailed."""
        for _ in range(_PORT_TRIES):
            try:
                return await cls._launch(spec, processes)
            except _PortTaken:
                continue
        raise TaskFailed(f"no free port found in {_PORT_TRIES} tries")

    @classmethod
    async def _launch(cls, spec: ServiceSpec, processes: Processes) -> Task:
        task_id, port = secrets.token_hex(16), free_port()
        process = await processes.spawn(
            f"task {task_id[:8]} of {spec.name}",
            spec.command,
            cwd=spec.cwd,
            env=_environment(spec, task_id, port),
            log=spec.logs / f"{task_id}.log",
        )
        task = cls(task_id, port, process, spec)
        try:
            async with asyncio.timeout(spec.start_s):
                await task._healthy()
        except TimeoutError as error:
            process.kill()
            raise task._failed(
                f"was not healthy within {spec.start_s:g} s: {await task._check()} (it must listen "
                f"on the port in PORT, here {port}, not on the declared {spec.container_port})"
            ) from error
        except BaseException:
            process.kill()
            raise
        return task

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def log(self) -> Path:
        return self._process.log

    async def failure(self) -> str:
        """Wait until the task has ended or is unhealthy; return what happened."""
        ended = asyncio.create_task(self._process.wait())
        unhealthy = asyncio.create_task(self._unhealthy())
        try:
            await asyncio.wait({ended, unhealthy}, return_when=asyncio.FIRST_COMPLETED)
            return _status(ended.result()) if ended.done() else unhealthy.result()
        finally:
            ended.cancel()
            unhealthy.cancel()
            await asyncio.gather(ended, unhealthy, return_exceptions=True)

    async def stop(self, grace_s: float) -> None:
        """Stop the task: SIGTERM, then SIGKILL after *grace_s* seconds."""
        if self._process.returncode is None:
            await self._process.stop(grace_s)

    def kill(self) -> None:
        if self._process.returncode is None:
            self._process.kill()

    async def _healthy(self) -> None:
        """Wait for the first successful check: a new target needs only one."""
        while True:
            is_healthy = await self._check() is None
            if _TAKEN.search(_tail(self._process.log)):  # another program may be answering
                raise _PortTaken
            if self._process.returncode is not None:
                raise self._failed(_status(self._process.returncode))
            if is_healthy:
                return
            await asyncio.sleep(_FIRST_CHECKS_S)

    async def _unhealthy(self) -> str:
        failures = 0
        while True:
            await asyncio.sleep(self.rules.interval_s)
            reason = await self._check()
            failures = failures + 1 if reason else 0
            if reason and failures >= self.rules.unhealthy_threshold:
                return f"is unhealthy: {reason}"

    async def _check(self) -> str | None:
        return await check(HOST, self.port, self.rules)

    def _failed(self, what: str) -> TaskFailed:
        lines = [line for line in _tail(self._process.log).splitlines() if line.strip()]
        output = [f"    {line}" for line in lines[-_TAIL_LINES:]] or ["    (no output)"]
        first = f"{self._process.name} {what}; its log ({self._process.log}) ends with:"
        return TaskFailed("\n".join([first, *output]))


def _environment(spec: ServiceSpec, task_id: str, port: int) -> dict[str, str]:
    own = {
        "HOST": HOST,
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
        # Identifies the task by its last part; nothing listens there.
        "ECS_CONTAINER_METADATA_URI_V4": (
            f"http://{HOST}:1/v4/{task_id}-{secrets.randbelow(10**10):010}"
        ),
    }
    collector = {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": spec.traces_url} if spec.traces_url else {}
    return clean_environment(spec.endpoint, {**spec.environment, **own}) | collector


def _status(returncode: int) -> str:
    if returncode < 0:
        return f"was killed by signal {-returncode}"
    return f"ended with status {returncode}"


def _tail(log: Path) -> str:
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _TAIL_BYTES))
        return file.read().decode(errors="replace")
