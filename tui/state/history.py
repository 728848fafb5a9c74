"""The request log: the requests of this run, filtered, as curl commands and as a file."""

from __future__ import annotations

import json
import os
import re
import shlex
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any, Final, overload

from tui.client.contract import LogEntry, Request
from tui.client.request_trace import request_document
from tui.settings.backends import TOKEN_VARIABLE
from tui.settings.values import BackendName

REMEMBERED: Final = 1000
MOST_KEPT: Final = 4 * 1024 * 1024
"""Bytes of what was sent; the oldest requests lose theirs first, and cannot be sent again."""
FILTER_HINT: Final = "functions, containers, 404, 4xx, failed, cold, or any text"
_STATUS: Final = re.compile(r"[1-5](?:xx|\d\d)")
_LONGEST_WORD: Final = 100_000  # Linux takes 128 KiB in one argument
_END: Final = "END_OF_BODY"


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


def matches(entry: LogEntry, words: str) -> bool:
    """Tell whether every one of *words* holds: a backend, a status, a state, or any text."""
    return all(_holds(entry, word) for word in words.lower().split())


def _holds(entry: LogEntry, word: str) -> bool:
    if word in set(BackendName):
        return entry.backend == word
    if word == "failed":
        return entry.failed
    if word in {"cold", "warm"}:
        return entry.warmth == word
    if _STATUS.fullmatch(word):
        return str(entry.status or "").startswith(word.rstrip("x"))
    return word in f"{entry.method} {entry.path} {entry.served_by} {entry.error}".lower()


def as_curl(base: str, request: Request, *, with_token: bool) -> str:
    """Write *request* for a POSIX shell; a body too long for an argument comes on stdin."""
    url = base + request.target
    words = ["curl", "-i"]
    if set("[]{}") & set(url):
        words.append("--globoff")
    if request.method != "GET":
        words += ["-X", shlex.quote(request.method)]
    words.append(shlex.quote(url))
    for name, value in request.headers.items():
        words += ["-H", shlex.quote(f"{name}: {value}")]
    if request.writes and with_token:
        words += ["-H", f'"Authorization: Bearer ${TOKEN_VARIABLE}"']
    return " ".join(words) + _body(request.body)


def _body(body: bytes | None) -> str:
    if body is None:
        return ""
    text = body.decode()  # JSON of ours, in ASCII and on one line
    if len(text) <= _LONGEST_WORD:
        return f" --data-raw {shlex.quote(text)}"
    return f" --data-binary @- <<'{_END}'\n{text}\n{_END}"


def export(folder: Path, entries: Iterable[LogEntry]) -> Path:
    """Write a new file into *folder*, oldest request first; no body and no token is in it."""
    requests = [entry_document(entry) for entry in entries]
    requests.reverse()
    document = json.dumps({"version": 1, "requests": requests}, indent=1) + "\n"
    for path in _names(folder):
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(document)
        return path
    raise AssertionError  # the names never end


def entry_document(entry: LogEntry) -> dict[str, Any]:
    """Give the stable shape of one request in the file."""
    return {
        "backend": entry.backend,
        "url": entry.base,
        "time": f"{entry.date}T{entry.at}Z",
        **request_document(entry),
        "sent_bytes": entry.sent_bytes,
        "received_bytes": entry.received_bytes,
        "headers": [list(header) for header in entry.headers],
        "error": entry.error or None,
    }


def _names(folder: Path) -> Iterator[Path]:
    stem = time.strftime("blogs-requests-%Y%m%d-%H%M%S", time.gmtime())
    yield folder / f"{stem}.json"
    for number in count(2):
        yield folder / f"{stem}-{number}.json"
