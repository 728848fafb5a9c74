"""A log file that several writers append to."""

from __future__ import annotations

import os
from pathlib import Path


class AppendLog:
    """A file opened anew for each write, so that a moved or deleted one starts again."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path

    def write(self, data: bytes) -> None:
        """Append *data* in one system call, so that lines of different writers do not mix."""
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(file, data)
        finally:
            os.close(file)
