"""What the processes of tasks use: all that a task has started counts, as in a container.

Read from /proc, so known on Linux only. Memory is what is resident, with pages that a task's
processes share counted for each of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TICK_S: Final = 1 / os.sysconf("SC_CLK_TCK")
_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")
_USER, _SYSTEM, _RESIDENT = 11, 12, 21  # fields of /proc/PID/stat, counted after the name


@dataclass(frozen=True)
class Usage:
    """CPU time since the process began, and memory held now."""

    cpu_s: float
    memory_bytes: int


def usage(pid: int) -> dict[int, Usage]:
    """Give what a process and its descendants use, by pid; nothing where that is not known."""
    return {one: used for one in _family(pid) if (used := _read(one))}


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return
    for child in children.split():
        yield from _family(int(child))


def _read(pid: int) -> Usage | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has ended, or there is no /proc
        return None
    ticks = int(fields[_USER]) + int(fields[_SYSTEM])
    return Usage(ticks * _TICK_S, int(fields[_RESIDENT]) * _PAGE_BYTES)
