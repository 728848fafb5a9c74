"""Metrics of the calls that dynalite answers: call_metrics.cjs reports them through a pipe."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from localcloud.metrics import Metrics

_PIPE_BYTES: Final = 65536
_NAMESPACE: Final = "AWS/DynamoDB"
_CONSUMED: Final = {"read": "ConsumedReadCapacityUnits", "write": "ConsumedWriteCapacityUnits"}


class CallMetrics:
    """Measures the calls that dynalite reports, of the tables that *is_known* accepts."""

    def __init__(self, pipe: Path, metrics: Metrics, is_known: Callable[[str], bool]) -> None:
        self._pipe = pipe
        self._metrics = metrics
        self._is_known = is_known
        self._ends: list[int] = []
        self._partial = b""

    def open(self) -> None:
        """Create the pipe and read from it; dynalite must start after that."""
        self._pipe.unlink(missing_ok=True)
        os.mkfifo(self._pipe, 0o600)
        reading = os.open(self._pipe, os.O_RDONLY | os.O_NONBLOCK)
        # Our own writing end keeps the pipe open when dynalite ends.
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
        *lines, self._partial = (self._partial + os.read(reading, _PIPE_BYTES)).split(b"\n")
        for line in lines:
            self._measure(json.loads(line))

    def _measure(self, call: Mapping[str, Any]) -> None:
        """Record one line: the capacity units of a table or an index, or the time of a call."""
        table = call.get("table")
        if table is None or not self._is_known(table):
            return
        if "units" in call:
            index = {"GlobalSecondaryIndexName": call["index"]} if "index" in call else {}
            meter = self._metrics.meter(_NAMESPACE, {"TableName": table, **index})
            meter(_CONSUMED[call["metric"]], call["units"])
            return
        operation = call["operation"]
        meter = self._metrics.meter(_NAMESPACE, {"TableName": table, "Operation": operation})
        if call["status"] == HTTPStatus.OK:
            meter("SuccessfulRequestLatency", call["ms"])
        elif call["status"] >= HTTPStatus.INTERNAL_SERVER_ERROR:
            meter("SystemErrors", 1)
