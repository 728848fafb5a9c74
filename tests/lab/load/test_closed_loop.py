"""The load generator, against a server that records its requests."""

import asyncio
from contextlib import asynccontextmanager
from http import HTTPStatus

import aiohttp
import pytest
from aiohttp import web

from lab.load.closed_loop import UnexpectedStatus, alternate, send, timed_get


class Server:
    """Answers every path with 200, except /missing; records the paths and the concurrency."""

    def __init__(self, delay_s):
        self.delay_s = delay_s
        self.paths = []
        self.in_flight = self.peak = 0
        self.url = ""

    async def respond(self, request):
        self.paths.append(request.path)
        self.in_flight += 1
        self.peak = max(self.peak, self.in_flight)
        await asyncio.sleep(self.delay_s)
        self.in_flight -= 1
        return web.Response(status=404 if request.path == "/missing" else 200, text="body")


@asynccontextmanager
async def serving(delay_s=0.0):
    server = Server(delay_s)
    app = web.Application()
    app.router.add_get("/{path:.*}", server.respond)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.url = f"http://{host}:{port}"
    try:
        async with aiohttp.ClientSession() as session:
            yield server, session
    finally:
        await runner.cleanup()


async def test_time_includes_the_wait_for_the_response():
    async with serving(delay_s=0.05) as (server, session):
        assert await timed_get(session, server.url) >= 50


async def test_unexpected_status_is_an_error_that_names_it():
    async with serving() as (server, session):
        with pytest.raises(UnexpectedStatus, match="/missing returned 404: b'body'"):
            await timed_get(session, f"{server.url}/missing")
        await timed_get(session, f"{server.url}/missing", HTTPStatus.NOT_FOUND)


@pytest.mark.parametrize("clients", [1, 3])
async def test_clients_share_the_requests_and_send_one_at_a_time(clients):
    async with serving(delay_s=0.02) as (server, session):
        times = await send(session, server.url, clients=clients, requests=9)

    assert len(times) == len(server.paths) == 9
    assert server.peak == clients


async def test_backends_alternate_and_warm_up_requests_are_not_counted():
    async with serving() as (server, session):
        urls = {"a": f"{server.url}/a", "b": f"{server.url}/b"}
        times = await alternate(session, urls, clients=2, requests=6)

    order = [path for n, path in enumerate(server.paths) if n == 0 or server.paths[n - 1] != path]
    assert order == ["/a", "/b", "/a", "/b", "/a"], "A B, B A, A B, B A"
    assert {name: len(each) for name, each in times.items()} == {"a": 8, "b": 8}
    assert server.paths.count("/a") == server.paths.count("/b") == 8 + 4 * 10
