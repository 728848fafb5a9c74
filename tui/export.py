"""The request log as a file, for whoever may read this person's files."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

from tui.client.contract import LogEntry
from tui.client.request_trace import request_document


def write(folder: Path, entries: Iterable[LogEntry]) -> Path:
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
        "backend": entry.kind,
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
