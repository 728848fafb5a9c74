"""A gateway in front of targets that the tests write, and a client that sends what it is told."""

import asyncio
import json
from dataclasses import dataclass, field

import pytest

from localcloud.runtimes.gateway import Gateway, GatewaySpec, Route


@dataclass
class Reply:
    """What came over the wire."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name):
        values = [value for key, value in self.headers if key == name]
        return ",".join(values) if values else None

    @property
    def json(self):
        return json.loads(self.body)


@dataclass
class Site:
    """The running gateway."""

    gateway: Gateway
    events: list[dict] = field(default_factory=list)
    answer: object = field(default_factory=lambda: {"statusCode": 200, "body": "fine"})

    @property
    def port(self):
        return int(self.gateway.url.rpartition(":")[2])

    async def target(self, event):
        self.events.append(json.loads(event))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer if isinstance(self.answer, bytes) else json.dumps(self.answer).encode()

    def configure(self, *keys, **settings):
        routes = [Route(key=key, target=self.target) for key in keys or ("$default",)]
        self.gateway.configure(GatewaySpec(**{"api_id": "abc123", "routes": routes, **settings}))

    async def ask(self, method, target, headers=(), body=b""):
        """One request on a connection of its own, the target sent as it is."""
        lines = [f"{method} {target} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", *headers]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        head = "\r\n".join([*lines, "Connection: close", "", ""]).encode()
        return await self.send(head + body, method)

    async def send(self, data, method="GET"):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(data)
        reply = await read_reply(reader, method)
        writer.close()
        await writer.wait_closed()
        return reply


async def read_reply(reader, method="GET"):
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    status, *lines = head.strip().split("\r\n")
    headers = [
        (name.lower(), value.strip()) for name, _, value in (x.partition(":") for x in lines)
    ]
    length = next((int(value) for name, value in headers if name == "content-length"), 0)
    body = b"" if method == "HEAD" else await reader.readexactly(length)
    return Reply(int(status.split()[1]), headers, body)


@pytest.fixture
async def site():
    made = Site(Gateway(0))
    await made.gateway.start()
    made.configure()
    yield made
    await made.gateway.stop()
