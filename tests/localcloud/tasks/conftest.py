import asyncio
import dataclasses
import json
import sys
from pathlib import Path

import aiohttp
import pytest

from localcloud.contracts import HealthCheck
from localcloud.ports import free_port
from localcloud.processes import Processes
from localcloud.runtimes.balancer import Balancer, Forward, TargetGroup
from localcloud.runtimes.tasks import Service, ServiceSpec

APP = Path(__file__).with_name("app.py")
GUNICORN = (
    *("gunicorn", "--worker-class", "gthread", "--threads", "4", "--keep-alive", "75"),
    *("--graceful-timeout", "5", "--no-control-socket"),
)
WSGI = """
import os, time

def app(environ, start_response):
    environ["wsgi.input"].read()
    if environ["PATH_INFO"] == "/slow":
        time.sleep(0.7)
    body = os.environ["VERSION"].encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
"""


class Load:
    """Clients that send requests all the time over kept connections, and record the responses."""

    def __init__(self, url):
        self._url = url
        self._busy = True
        self.answers = []
        self._arrived = asyncio.Condition()

    async def __aenter__(self):
        self._session = aiohttp.ClientSession()
        self._clients = [
            asyncio.create_task(self._ask(number, ["GET", "GET", "POST"])) for number in range(4)
        ]
        await self.more(8)
        return self

    async def __aexit__(self, *_):
        self._busy = False
        await asyncio.gather(*self._clients)
        await self._session.close()

    async def more(self, count):
        """Wait for *count* more responses."""
        enough = len(self.answers) + count
        async with self._arrived:
            await self._arrived.wait_for(lambda: len(self.answers) >= enough)

    def failures(self):
        return [answer for answer in self.answers if answer[0] != 200]

    async def _ask(self, number, methods):
        turn = number
        while self._busy:
            turn += 1
            # One client's requests are slow, so that some are in progress at any moment.
            path = "/slow" if number == 0 else "/"
            method = methods[turn % len(methods)]
            data = b"x" * 1000 if method == "POST" else None
            try:
                async with self._session.request(method, self._url + path, data=data) as response:
                    answer = (response.status, await response.text())
            except aiohttp.ClientError as error:
                answer = (0, repr(error))
            async with self._arrived:
                self.answers.append(answer)
                self._arrived.notify_all()


@pytest.fixture
async def processes():
    async def lost():
        raise AssertionError("the guardian is gone")

    processes = Processes(lost)
    await processes.open()
    yield processes
    await processes.close()


@pytest.fixture
def spec(tmp_path):
    return ServiceSpec(
        name="blog",
        command=(sys.executable, str(APP)),
        cwd=tmp_path,
        environment={"PORT": "8080", "VERSION": "one"},
        endpoint="http://127.0.0.1:9",
        logs=tmp_path / "logs",
        stop_timeout_s=5,
        health=HealthCheck(path="/health", interval_s=0.2, timeout_s=2, unhealthy_threshold=2),
        grace_s=20,
    )


@pytest.fixture
def gunicorn_spec(spec, tmp_path):
    (tmp_path / "app.py").write_text(WSGI)
    script = 'exec "$@" --bind "127.0.0.1:$PORT" app:app'
    return dataclasses.replace(spec, command=("/bin/sh", "-c", script, "sh", *GUNICORN))


@pytest.fixture
def group():
    return TargetGroup("blog", deregistration_delay_s=10)


@pytest.fixture
async def balancer(group):
    balancer = Balancer(free_port())
    balancer.configure(Forward(group))
    await balancer.start()
    yield balancer
    await balancer.stop(grace_s=1)


@pytest.fixture
async def make_service(processes, group):
    services = []

    def make(spec):
        services.append(Service(spec, processes, group))
        return services[-1]

    yield make
    for service in services:
        await service.stop()


@pytest.fixture
async def ask(balancer):
    """Sends one request through the load balancer; returns the status and the app's body."""
    async with aiohttp.ClientSession() as session:

        async def get(path="/"):
            async with session.get(balancer.url + path) as response:
                text = await response.text()
                return response.status, json.loads(text) if text.startswith("{") else text

        yield get
