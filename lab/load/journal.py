"""Which runs have not removed their blogs: one file per run in a folder of the caller.

The file exists from before the first write until everything is removed. The program holds a lock
on it, which the system releases however the program ends.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from lab.backends import Backend, Target
from lab.load.moments import moment

_SUFFIX: Final = ".json"
_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class UnfinishedRun:
    """A run that ended before its blogs were removed. If its file is damaged, it has no URLs."""

    run_id: str
    urls: Mapping[Backend, str]
    stack: str
    started_at: datetime
    file: Path

    def used(self, targets: Mapping[Backend, Target]) -> bool:
        """Return whether the run wrote to *targets*."""
        return any(self.urls.get(backend) == target.url for backend, target in targets.items())


class Journal:
    """The file of the current run. At the end of the block, it stays unless `finish` was called."""

    def __init__(
        self, folder: Path, run_id: str, targets: Mapping[Backend, Target], stack: str
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / f"{run_id}{_SUFFIX}"
        self._stream = self._file.open("x", encoding="utf-8")
        fcntl.flock(self._stream, fcntl.LOCK_EX)
        entry = {
            "urls": {backend: target.url for backend, target in targets.items()},
            "stack": stack,
            "started_at": datetime.now(UTC).isoformat(),
        }
        self._stream.write(json.dumps(entry))
        self._stream.flush()
        os.fsync(self._stream.fileno())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._stream.close()

    def finish(self) -> None:
        """Forget the run: its blogs are removed."""
        self._file.unlink(missing_ok=True)


def unfinished(folder: Path) -> Sequence[UnfinishedRun]:
    """Return the runs that left blogs, oldest first, without those that another program runs."""
    runs = []
    for file in folder.glob(f"*{_SUFFIX}"):
        with suppress(OSError):  # another program finished at this moment, or it is another user's
            if not _is_locked(file):
                runs.append(_read(file))
    return sorted(runs, key=lambda run: run.started_at)


def _is_locked(file: Path) -> bool:
    with file.open(encoding="utf-8") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _read(file: Path) -> UnfinishedRun:
    urls: dict[Backend, str] = {}
    stack, started_at = "", _LONG_AGO
    try:
        entry = json.loads(file.read_text(encoding="utf-8"))
        urls = {Backend(name): str(url) for name, url in entry["urls"].items()}
        stack = str(entry["stack"])
        started_at = moment(entry["started_at"])
    except (ValueError, KeyError, TypeError, AttributeError):
        pass  # the name of the file is enough to find the blogs
    return UnfinishedRun(run_id=file.stem, urls=urls, stack=stack, started_at=started_at, file=file)
