"""A running gateway with a target that the tests control, and a client that sends raw requests."""

import asyncio
import json
from dataclasses import dataclass, field

import pytest

from localcloud.runtimes.gateway import Gateway, GatewaySpec, Route


@dataclass
class Response:
    """A response as it arrived."""

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
class Api:
    """The running gateway, the events that its target got, and what the target returns next."""

    gateway: Gateway
    events: list[dict] = field(default_factory=list)
    result: object = field(default_factory=lambda: {"statusCode": 200, "body": "fine"})

    @property
    def port(self):
        return int(self.gateway.url.rpartition(":")[2])

    async def target(self, event):
        self.events.append(json.loads(event))
        if isinstance(self.result, Exception):
            raise self.result
        return self.result if isinstance(self.result, bytes) else json.dumps(self.result).encode()

    def configure(self, *keys, **settings):
        routes = [Route(key=key, target=self.target) for key in keys or ("$default",)]
        self.gateway.configure(GatewaySpec(**{"api_id": "abc123", "routes": routes, **settings}))

    async def request(self, method, target, headers=(), body=b""):
        """Send one request on its own connection, with *target* as it is."""
        lines = [f"{method} {target} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", *headers]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        head = "\r\n".join([*lines, "Connection: close", "", ""]).encode()
        return await self.send(head + body, method)

    async def send(self, data, method="GET"):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(data)
        response = await read_response(reader, method)
        writer.close()
        await writer.wait_closed()
        return response


async def read_response(reader, method="GET"):
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    status, *lines = head.strip().split("\r\n")
    headers = [
        (name.lower(), value.strip()) for name, _, value in (x.partition(":") for x in lines)
    ]
    length = next((int(value) for name, value in headers if name == "content-length"), 0)
    body = b"" if method == "HEAD" else await reader.readexactly(length)
    return Response(int(status.split()[1]), headers, body)


@pytest.fixture
async def api():
    made = Api(Gateway(0))
    await made.gateway.start()
    made.configure()
    yield made
    await made.gateway.stop()
