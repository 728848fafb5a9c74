"""A server that responds to every request at once: `python -m lab.load.loopback_server`.

It writes its port on stdout, and ends when stdin does.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Final, cast

from lab.load.event_loop import loop_factory

_RESPONSE: Final = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]"
)
_END: Final = b"\r\n\r\n"


class _Connection(asyncio.Protocol):
    """Counts the ends of heads: the requests of the self-test have no bodies."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._left = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # The transports of uvloop are no subclasses of asyncio's.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        *heads, self._left = (self._left + data).split(_END)
        if self._transport:
            self._transport.write(_RESPONSE * len(heads))


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Connection, "127.0.0.1", 0, backlog=1024)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)


def main() -> None:
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(_serve())


if __name__ == "__main__":
    main()
