"""A server of known behavior for the tests of the load generator."""

import asyncio
import json
import random
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

REASONS = {200: "OK", 201: "Created", 204: "No Content"}
OF_METHOD = {"GET": 200, "POST": 201, "PUT": 200, "DELETE": 204}


@dataclass
class Behavior:
    """What the server does with a request. Times are in seconds since the server started."""

    latency_s: float = 0.0
    stall_every_s: float = 0.0
    stall_s: float = 0.0
    limit: int | None = None
    """Requests after this number get 429."""
    error_share: float = 0.0
    seed: int = 0
    body_pause_s: float = 0.0
    """The pause in the middle of each body."""
    close_share: float = 0.0
    """The share of requests that close the connection without a response."""
    die_after: int | None = None
    """After this number of requests, the server closes every connection at once."""
    body: bytes = b"{}"
    status: int | None = None
    headers: dict = field(default_factory=dict)


class KnownServer:
    """Speaks HTTP/1.1 as far as the generator needs it, and records the requests."""

    def __init__(self, behavior):
        self.behavior = behavior
        self.requests = []
        self.connections = 0
        self.in_flight = self.peak = 0
        self.statuses = Counter()
        self.closed = 0
        self.url = ""
        self._random = random.Random(behavior.seed)  # noqa: S311
        self._writers = set()
        self._server = None

    async def start(self):
        self._started = asyncio.get_running_loop().time()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=1000)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self):
        self._server.close()
        for writer in list(self._writers):
            writer.close()
        await asyncio.sleep(0)

    async def _serve(self, reader, writer):
        self.connections += 1
        self._writers.add(writer)
        try:
            while not self._is_dead() and (head := await reader.readuntil(b"\r\n\r\n")):
                await self._handle(head.decode(), reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    def _is_dead(self):
        after = self.behavior.die_after
        return after is not None and len(self.requests) > after

    async def _handle(self, head, reader, writer):
        method, path, _ = head.split(" ", 2)
        headers = dict(
            line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line
        )
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.requests.append((method, path, headers, body))
        if self._is_dead():
            for each in list(self._writers):
                each.close()
            raise ConnectionError
        self.in_flight += 1
        self.peak = max(self.peak, self.in_flight)
        try:
            await self._wait()
        finally:
            self.in_flight -= 1
        if self._random.random() < self.behavior.close_share:
            self.closed += 1
            raise ConnectionError
        await self._respond(method, writer)

    async def _wait(self):
        """Wait for the fixed latency, and until the end of a stall."""
        behavior = self.behavior
        delay = behavior.latency_s
        if behavior.stall_every_s:
            time = asyncio.get_running_loop().time() - self._started
            # Each period ends with the stall.
            left = behavior.stall_every_s - time % behavior.stall_every_s
            delay += left if left < behavior.stall_s else 0
        if delay:
            await asyncio.sleep(delay)

    async def _respond(self, method, writer):
        behavior = self.behavior
        status, body = OF_METHOD[method], behavior.body
        if behavior.limit is not None and len(self.requests) > behavior.limit:
            status, body = 429, b'{"message":"Too Many Requests"}'
        elif self._random.random() < behavior.error_share:
            status, body = 500, b"{}"
        elif behavior.status:
            status = behavior.status
        self.statuses[status] += 1
        if status == 204:
            body = b""
        lines = [
            f"HTTP/1.1 {status} {REASONS.get(status, 'Other')}",
            f"Content-Length: {len(body)}",
            *(f"{name}: {value}" for name, value in behavior.headers.items()),
        ]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        if behavior.body_pause_s:
            writer.write(body[: len(body) // 2])
            await asyncio.sleep(behavior.body_pause_s)
            body = body[len(body) // 2 :]
        writer.write(body)
        await writer.drain()


@asynccontextmanager
async def serving(**behavior):
    """Run a server in this event loop."""
    server = KnownServer(Behavior(**behavior))
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


def created_ids(server):
    """Return the ids of the blogs that were posted."""
    return [json.loads(body)["id"] for method, _, _, body in server.requests if method == "POST"]
