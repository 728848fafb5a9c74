"""Starts the processes of the declared resources, and leaves none running.

Each process leads its own process group. A guardian process knows all groups, and kills what is
left when the local cloud ends unexpectedly (a crash, ``kill -9``, a closed terminal).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

# A child waits for a line before it runs the program, so that the guardian knows it first.
_GATE: Final = ["/bin/sh", "-c", 'read -r go && exec "$@" </dev/null', "sh"]
_GUARDIAN: Final = Path(__file__).with_name("guardian.py")


class Process:
    """A running program and all processes that it starts."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, log: Path) -> None:
        self.name = name
        self.log = log
        self._process = process
        self._is_gone = False

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        return self._process.returncode

    async def wait(self) -> int:
        """Wait for the end; return the exit status, negative for a signal."""
        return await self._process.wait()

    def terminate(self) -> None:
        """Send SIGTERM to the program alone: it ends its own children."""
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL to the group, unless it is gone: its id may belong to another one then."""
        if self._is_gone:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def end_group(self) -> None:
        """Kill what is left of the group, and never signal it again."""
        self.kill()
        self._is_gone = True

    async def stop(self, grace_s: float) -> int:
        """Send SIGTERM, wait up to *grace_s* seconds, then kill the group."""
        self.terminate()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self.wait()), grace_s)
        self.kill()
        return await self.wait()


class Processes:
    """All processes of one local cloud."""

    def __init__(self, on_guardian_lost: Callable[[], Awaitable[None]]) -> None:
        """*on_guardian_lost* runs when the guardian ends unexpectedly."""
        self._running: set[Process] = set()
        self._reapers: set[asyncio.Task[None]] = set()
        self._guardian: asyncio.subprocess.Process | None = None
        self._on_guardian_lost = on_guardian_lost
        self._closing = False

    async def open(self) -> None:
        """Start the guardian."""
        self._guardian = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-S",
            str(_GUARDIAN),
            stdin=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        self._keep(self._watch_guardian(self._guardian))

    async def spawn(
        self, name: str, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], log: Path
    ) -> Process:
        """Start *command* in its own process group; append its output to *log*."""
        if self._closing:
            raise RuntimeError(f"{name}: the local cloud is stopping")
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            child = await asyncio.create_subprocess_exec(
                *_GATE,
                *command,
                cwd=cwd,
                env=dict(env),
                stdin=asyncio.subprocess.PIPE,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        process = Process(name, child, log)
        self._running.add(process)
        self._tell_guardian(f"+{process.pid}")
        _open_gate(child)
        self._keep(self._reap(process))
        return process

    async def close(self) -> None:
        """Kill what still runs, then end the guardian."""
        self._closing = True
        for process in list(self._running):
            process.kill()
        await asyncio.gather(*(process.wait() for process in list(self._running)))
        guardian, self._guardian = self._guardian, None
        if guardian and guardian.stdin:
            guardian.stdin.close()
            await guardian.wait()
        await asyncio.gather(*self._reapers)

    async def _reap(self, process: Process) -> None:
        await process.wait()
        process.end_group()
        self._running.discard(process)
        self._tell_guardian(f"-{process.pid}")

    async def _watch_guardian(self, guardian: asyncio.subprocess.Process) -> None:
        await guardian.wait()
        if not self._closing:
            self._guardian = None
            await self._on_guardian_lost()

    def _keep(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._reapers.add(task)
        task.add_done_callback(self._reapers.discard)

    def _tell_guardian(self, line: str) -> None:
        guardian = self._guardian
        if guardian and guardian.stdin and not guardian.stdin.is_closing():
            guardian.stdin.write(line.encode() + b"\n")


def _open_gate(child: asyncio.subprocess.Process) -> None:
    """Let a child run its program."""
    if child.stdin:  # always: it is started with a pipe
        child.stdin.write(b"go\n")
        child.stdin.close()
