"""The requests of this run, as many as memory may hold."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, overload

from tui.client.contract import LogEntry

REMEMBERED: Final = 1000
MOST_KEPT: Final = 4 * 1024 * 1024
"""Bytes of what was sent; the oldest requests lose theirs first, and cannot be sent again."""


class History(Sequence[LogEntry]):
    """Entries, newest first."""

    def __init__(self) -> None:
        self._entries: deque[LogEntry] = deque(maxlen=REMEMBERED)
        self._kept = 0
        self.total = 0
        """How many there were, those that are forgotten included."""

    def add(self, entry: LogEntry) -> None:
        """Remember one more; the oldest goes when there are too many."""
        if len(self._entries) == REMEMBERED:
            self._kept -= _weight(self._entries[-1])
        self.total += 1
        self._entries.appendleft(replace(entry, number=self.total))
        self._kept += _weight(entry)
        if self._kept > MOST_KEPT:
            self._lighten()

    def _lighten(self) -> None:
        for index in range(len(self._entries) - 1, -1, -1):
            weight = _weight(self._entries[index])
            if weight:
                self._entries[index] = replace(self._entries[index], request=None)
                self._kept -= weight
            if self._kept <= MOST_KEPT:
                return

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[LogEntry]:
        return iter(self._entries)

    @overload
    def __getitem__(self, index: int) -> LogEntry: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[LogEntry]: ...

    def __getitem__(self, index: int | slice) -> LogEntry | Sequence[LogEntry]:
        if isinstance(index, slice):
            return list(self._entries)[index]
        return self._entries[index]


def _weight(entry: LogEntry) -> int:
    request = entry.request
    return len(request.target) + len(request.body or b"") if request else 0
