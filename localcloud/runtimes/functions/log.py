"""The log of a function: what its environments print, between Lambda's own lines."""

from __future__ import annotations

import asyncio
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from localcloud.append_log import AppendLog
from localcloud.runtimes.functions.spec import RUNTIME, VERSION

_CHUNK: Final = 64 * 1024
_CHUNKS_AT_ONCE: Final = 16  # one environment that prints much must not block the others
_LONGEST_LINE: Final = 256 * 1024
_NO_BREAK_SPACE: Final = "\u00a0".encode()


@dataclass(frozen=True, kw_only=True)
class Report:
    """The REPORT line of an invocation; *status* says why Lambda ended it, if it did."""

    request_id: str
    duration_ms: float
    memory_mb: int
    used_mb: int | None
    init_ms: float | None = None
    status: str | None = None

    def line(self) -> str:
        # Lambda has billed the initialization of every function since August 2025.
        billed = math.ceil(self.duration_ms + (self.init_ms or 0))
        parts = [
            f"REPORT RequestId: {self.request_id}",
            f"Duration: {self.duration_ms:.2f} ms",
            f"Billed Duration: {billed} ms",
            f"Memory Size: {self.memory_mb} MB",
        ]
        if self.used_mb is not None:
            parts.append(f"Max Memory Used: {self.used_mb} MB")
        if self.init_ms is not None:
            parts.append(f"Init Duration: {self.init_ms:.2f} ms")
        if self.status is not None:
            parts.append(f"Status: {self.status}")
        return "\t".join(parts) + "\t"


class FunctionLog(AppendLog):
    """Writes one function's log file, in whole lines: several environments print into it."""

    def init_start(self, log_stream: str) -> None:
        self._line(f"INIT_START Runtime Version: {RUNTIME}\tLog Stream: {log_stream}")

    def init_failed(self, init_ms: float, status: str) -> None:
        self._line(f"INIT_REPORT Init Duration: {init_ms:.2f} ms\tPhase: init\tStatus: {status}")

    def start(self, request_id: str) -> None:
        self._line(f"START RequestId: {request_id} Version: {VERSION}")

    def end(self, report: Report, note: str | None = None) -> None:
        """Write the last lines of an invocation, after *note* if there is one."""
        lines = [note, ""] if note else []
        self._line("\n".join([*lines, f"END RequestId: {report.request_id}", report.line()]))

    def _line(self, text: str) -> None:
        self.write(text.encode() + b"\n")


class OutputPipe:
    """The pipe into which one environment prints; reads it and writes to *log*.

    *printed* receives the same lines.
    """

    def __init__(self, log: FunctionLog, printed: Callable[[bytes], None]) -> None:
        self._log = log
        self._printed = printed
        self._partial = b""
        self._source, self._sink = os.pipe()
        os.set_blocking(self._source, False)
        self.ended = False
        asyncio.get_running_loop().add_reader(self._source, self.drain)

    @property
    def path(self) -> Path:
        """The path at which to open the writing end."""
        return Path(f"/dev/fd/{self._sink}")

    def close_sink(self) -> None:
        """Close our copy of the writing end, so that the end of the last writer is noticed."""
        if self._sink >= 0:
            os.close(self._sink)
            self._sink = -1

    def drain(self) -> None:
        """Write what was printed so far; *ended* is true once all writers have closed the pipe."""
        for _ in range(_CHUNKS_AT_ONCE):
            if self.ended:
                return
            try:
                chunk = os.read(self._source, _CHUNK)
            except BlockingIOError:
                return
            if chunk:
                self._take(chunk)
            else:
                self.close()

    def flush(self) -> None:
        """Write everything, including an unfinished line."""
        self.drain()
        self._end_line()

    def close(self) -> None:
        if self.ended:
            return
        self.ended = True
        asyncio.get_running_loop().remove_reader(self._source)
        os.close(self._source)
        self.close_sink()
        self.flush()

    def _take(self, chunk: bytes) -> None:
        lines, newline, self._partial = (self._partial + chunk).rpartition(b"\n")
        if newline:
            self._write(lines)
        if len(self._partial) > _LONGEST_LINE:
            self._end_line()

    def _end_line(self) -> None:
        if self._partial:
            self._write(self._partial)
            self._partial = b""

    def _write(self, lines: bytes) -> None:
        text = readable(lines)
        self._log.write(text + b"\n")
        self._printed(text)


def readable(text: bytes) -> bytes:
    """Undo the runtime client's encoding: returns for newlines, no-break spaces for indents."""
    first, *others = text.replace(b"\r\n", b"\n").split(b"\r")
    return b"\n".join([first, *(_indent(line) for line in others)])


def _indent(line: bytes) -> bytes:
    text = line
    while text.startswith(_NO_BREAK_SPACE):
        text = text.removeprefix(_NO_BREAK_SPACE)
    return b" " * ((len(line) - len(text)) // len(_NO_BREAK_SPACE)) + text
