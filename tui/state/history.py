"""The request log: the requests of this run, its filter, and its export as curl or JSON."""

from __future__ import annotations

import json
import os
import re
import shlex
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any, Final, overload

from tui.client.contract import LogEntry, Request
from tui.client.request_trace import request_document
from tui.settings.backends import TOKEN_VARIABLE
from tui.settings.values import BackendName
from tui.settings.xdg import state_home

MAX_ENTRIES: Final = 1000
MAX_BODY_BYTES: Final = 4 * 1024 * 1024
"""The limit for the stored request bodies. The oldest are dropped, and cannot be sent again."""
FILTER_HINT: Final = "functions, containers, 404, 4xx, failed, cold, or any text"
_STATUS: Final = re.compile(r"[1-5](?:xx|\d\d)")
_LONGEST_ARGUMENT: Final = 100_000  # Linux allows 128 KiB in one argument
_END: Final = "END_OF_BODY"


class History(Sequence[LogEntry]):
    """The log entries, newest first."""

    def __init__(self) -> None:
        self._entries: deque[LogEntry] = deque(maxlen=MAX_ENTRIES)
        self._body_bytes = 0
        self.total = 0
        """The number of requests so far, including those no longer in the log."""

    def add(self, entry: LogEntry) -> None:
        """Add an entry, and drop the oldest if there are too many."""
        if len(self._entries) == MAX_ENTRIES:
            self._body_bytes -= _request_size(self._entries[-1])
        self.total += 1
        self._entries.appendleft(replace(entry, number=self.total))
        self._body_bytes += _request_size(entry)
        if self._body_bytes > MAX_BODY_BYTES:
            self._drop_oldest_bodies()

    def _drop_oldest_bodies(self) -> None:
        for index in range(len(self._entries) - 1, -1, -1):
            size = _request_size(self._entries[index])
            if size:
                self._entries[index] = replace(self._entries[index], request=None)
                self._body_bytes -= size
            if self._body_bytes <= MAX_BODY_BYTES:
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


def _request_size(entry: LogEntry) -> int:
    request = entry.request
    return len(request.target) + len(request.body or b"") if request else 0


def matches(entry: LogEntry, words: str) -> bool:
    """Return True if the entry matches each word: a backend, a status, a state, or any text."""
    return all(_matches(entry, word) for word in words.lower().split())


def _matches(entry: LogEntry, word: str) -> bool:
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
    """Return the curl command for a POSIX shell. A body too long for an argument uses stdin."""
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
    text = body.decode()  # JSON from this client, in ASCII and on one line
    if len(text) <= _LONGEST_ARGUMENT:
        return f" --data-raw {shlex.quote(text)}"
    return f" --data-binary @- <<'{_END}'\n{text}\n{_END}"


def export_folder(environ: Mapping[str, str]) -> Path:
    return state_home(environ) / "blogs" / "exports"


def export(folder: Path, entries: Iterable[LogEntry]) -> Path:
    """Write the entries to a new file in *folder*, oldest first, without bodies and token."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
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
    """Return the JSON object of one request. Scripts rely on its keys."""
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
