import asyncio
import socket

import h11
import pytest

from localcloud.runtimes.balancer import Balancer, Forward, TargetGroup


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ok(body=b"ok", *more):
    head = [b"HTTP/1.1 200 OK", b"Content-Length: %d" % len(body), *more, b"", b""]
    return b"\r\n".join(head) + body


async def respond_ok(target, request, reader, writer):
    writer.write(ok())


class FakeTarget:
    """A server that keeps its requests byte for byte, and responds as *respond* does."""

    def __init__(self, respond):
        self.respond = respond
        self.connections = 0
        self.requests = []
        self.heads = []
        self.bodies = []
        self.port = 0
        self._writers = []

    async def start(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self):
        self._server.close()
        for writer in self._writers:
            writer.close()
        await self._server.wait_closed()

    async def _serve(self, reader, writer):
        self.connections += 1
        self._writers.append(writer)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.heads.append(head)
                http = h11.Connection(h11.SERVER)
                http.receive_data(head)
                request = http.next_event()
                self.requests.append(request)
                await self.respond(self, request, reader, writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def read_body(target, request, reader):
    """Return the body of a request, with its framing if it is chunked."""
    headers = dict(request.headers)
    if b"content-length" in headers:
        body = await reader.readexactly(int(headers[b"content-length"]))
    else:
        body = await reader.readuntil(b"0\r\n\r\n")
    target.bodies.append(body)
    return body


class Client:
    """A client that sends and returns bytes."""

    def __init__(self, reader, writer):
        self.reader = reader
        self.writer = writer

    @classmethod
    async def to(cls, balancer):
        return cls(*await asyncio.open_connection("127.0.0.1", balancer.port))

    async def request(self, request, *, body=True):
        """Send *request*; return the status line, the headers and the body of the response."""
        self.writer.write(request)
        await self.writer.drain()
        return await self.response(body=body)

    async def response(self, *, body=True):
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status, *lines = head.strip().split("\r\n")
        headers = [tuple(line.split(": ", 1)) for line in lines]
        lower = {name.lower(): value for name, value in headers}
        if not body or status.split()[1] in {"204", "304", "100"}:
            return status, headers, b""
        if "content-length" in lower:
            return status, headers, await self.reader.readexactly(int(lower["content-length"]))
        return status, headers, await self.reader.readuntil(b"0\r\n\r\n")

    async def close(self):
        self.writer.close()
        await self.writer.wait_closed()


@pytest.fixture
async def make_target():
    targets = []

    async def make(respond=respond_ok):
        target = FakeTarget(respond)
        await target.start()
        targets.append(target)
        return target

    yield make
    for target in targets:
        await target.stop()


@pytest.fixture
def group():
    return TargetGroup("blog", deregistration_delay_s=5)


@pytest.fixture
async def balancer(group):
    balancer = Balancer(free_port())
    balancer.configure(Forward(group), idle_timeout_s=5)
    await balancer.start()
    yield balancer
    await balancer.stop(grace_s=1)


@pytest.fixture
async def connect(balancer):
    """Connect to the load balancer; close the connections at the end."""
    clients = []

    async def make():
        clients.append(await Client.to(balancer))
        return clients[-1]

    yield make
    for client in clients:
        await client.close()


@pytest.fixture
async def client(connect):
    return await connect()


@pytest.fixture
def add_target(group, make_target):
    """Register a target that responds as *respond* does."""

    async def make(respond=respond_ok):
        target = await make_target(respond)
        group.register(f"task-{target.port}", "127.0.0.1", target.port)
        return target

    return make
