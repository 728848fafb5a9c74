"""What the tasks of a service print."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


class TaskOutput:
    """Reads the log files of the running tasks as they grow."""

    def __init__(self) -> None:
        self._positions: dict[Path, int] = {}

    def new_lines(self, logs: Iterable[Path]) -> bytes:
        """Return the complete lines of *logs* since the last call, and forget other files."""
        found = {log: self._positions.get(log, 0) for log in logs}
        lines = b""
        for log, position in found.items():
            complete = b""
            with suppress(OSError), log.open("rb") as file:  # the user may delete logs
                file.seek(position)
                complete = file.read()
            complete = complete[: complete.rfind(b"\n") + 1]
            found[log] += len(complete)
            lines += complete
        self._positions = found
        return lines
