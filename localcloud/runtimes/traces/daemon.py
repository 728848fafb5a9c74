"""An X-Ray daemon for all functions: it receives segments over UDP and logs each of them.

In AWS, each execution environment has a daemon of its own.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from localcloud.append_log import AppendLog
from localcloud.ports import HOST

_log: Final = logging.getLogger(__name__)


class Daemon:
    """The daemon at *address* (host:port); *log* gets one line of JSON for each segment."""

    def __init__(self, log: Path) -> None:
        self._log = AppendLog(log)
        self._transport: asyncio.DatagramTransport | None = None
        self.address = ""

    async def start(self) -> None:
        """Listen on a free port."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: _Receiver(self._log), (HOST, 0)
        )
        self.address = "{}:{}".format(*self._transport.get_extra_info("sockname"))

    async def stop(self) -> None:
        if self._transport:
            self._transport.close()


class _Receiver(asyncio.DatagramProtocol):
    def __init__(self, log: AppendLog) -> None:
        self._log = log

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        try:
            line = _line(json.loads(data.partition(b"\n")[2]))
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
            _log.warning("a datagram from port %s is not a segment of X-Ray", addr[1])
        else:
            self._log.write(json.dumps(line).encode() + b"\n")


def _line(segment: Mapping[str, Any]) -> Mapping[str, Any]:
    annotations = segment.get("annotations", {})
    return {
        "timestamp": datetime.fromtimestamp(segment["start_time"], UTC).isoformat(),
        "trace_id": segment["trace_id"],
        "service": annotations.get("Service"),
        "name": segment["name"],
        "milliseconds": round((segment["end_time"] - segment["start_time"]) * 1000, 3),
        **{key: value for key, value in annotations.items() if key != "Service"},
    }
