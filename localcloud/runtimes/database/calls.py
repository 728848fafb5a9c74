"""The calls that dynalite has answered, as it tells of them through a pipe."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from localcloud.metrics import Metrics

_PIECE: Final = 65536
_NAMESPACE: Final = "AWS/DynamoDB"


class Calls:
    """Measures the tables that *is_table* knows; what else is called is nobody's metric."""

    def __init__(self, pipe: Path, metrics: Metrics, is_table: Callable[[str], bool]) -> None:
        self._pipe = pipe
        self._metrics = metrics
        self._is_table = is_table
        self._ends: list[int] = []
        self._partial = b""

    def open(self) -> None:
        """Make the pipe, and listen; dynalite must come after that."""
        self._pipe.unlink(missing_ok=True)
        os.mkfifo(self._pipe, 0o600)
        reading = os.open(self._pipe, os.O_RDONLY | os.O_NONBLOCK)
        # A writing end of our own: the pipe does not end when dynalite does.
        self._ends = [reading, os.open(self._pipe, os.O_WRONLY | os.O_NONBLOCK)]
        asyncio.get_running_loop().add_reader(reading, self._read, reading)

    def close(self) -> None:
        ends, self._ends = self._ends, []
        if ends:
            asyncio.get_running_loop().remove_reader(ends[0])
        for end in ends:
            os.close(end)
        self._pipe.unlink(missing_ok=True)

    def _read(self, reading: int) -> None:
        *lines, self._partial = (self._partial + os.read(reading, _PIECE)).split(b"\n")
        for line in lines:
            self._measure(json.loads(line))

    def _measure(self, call: Mapping[str, Any]) -> None:
        table, operation = call.get("table"), call["operation"]
        if table is None or not self._is_table(table):
            return
        meter = self._metrics.meter(_NAMESPACE, {"TableName": table, "Operation": operation})
        if call["status"] == HTTPStatus.OK:
            meter("SuccessfulRequestLatency", call["ms"])
        elif call["status"] >= HTTPStatus.INTERNAL_SERVER_ERROR:
            meter("SystemErrors", 1)
