"""gunicorn, started with the command of the task definition."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.blog.databases import PROJECT, dynalite, environment, free_port, wait_for_port

__all__ = ["dynalite"]


@dataclass
class Server:
    """A running gunicorn, with its log."""

    process: subprocess.Popen[str]
    port: int
    lines: list[str] = field(default_factory=list)
    news: threading.Condition = field(default_factory=threading.Condition)

    def connect(self, timeout: float = 20) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def socket(self, sent: bytes = b"") -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        connection.sendall(sent)
        return connection

    def request(self, method: str, path: str, body=None, **headers: str):
        """Send a request on a new connection; return the response and its body."""
        connection = self.connect()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, named, encode_chunked="Transfer-Encoding" in named)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return response, content

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20)

    def wait_for_log(self, wanted: str) -> dict:
        """Wait for a log line with *wanted* in it."""
        with self.news:
            found = self.news.wait_for(lambda: any(wanted in line for line in self.lines), 20)
            assert found, self.lines
            return json.loads(next(line for line in self.lines if wanted in line))

    def follow(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            with self.news:
                self.lines.append(line)
                self.news.notify_all()


def _start(endpoint: str, table: str, port: int, variables: Mapping[str, str]):
    env = {
        **environment(endpoint),
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "TABLE_NAME": table,
        "OPEN_WRITES": "true",
        "CORS_ORIGINS": "*",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
        "ECS_CONTAINER_METADATA_URI_V4": "http://169.254.170.2/v4/0123456789abcdef-4242",
        **variables,
    }
    gunicorn = Path(sys.executable).with_name("gunicorn")
    command = [gunicorn, "--config", "python:container_src.gunicorn_conf", "container_src.wsgi:app"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.Popen([str(part) for part in command], cwd=PROJECT, env=env, **pipes)


@contextmanager
def running(endpoint: str, table: str, **variables: str) -> Iterator[Server]:
    """Run gunicorn during the block."""
    port = free_port()
    process = _start(endpoint, table, port, variables)
    server = Server(process, port)
    reader = threading.Thread(target=server.follow)
    reader.start()
    try:
        wait_for_port(port)
        yield server
    finally:
        process.kill()
        process.wait()
        reader.join()
        process.stdout.close()


@pytest.fixture(scope="session")
def table(dynalite) -> str:
    return dynalite.new_table()


@pytest.fixture(scope="session")
def server(dynalite, table) -> Iterator[Server]:
    """A gunicorn for the tests that do not stop it."""
    with running(dynalite.endpoint, table) as started:
        yield started


@pytest.fixture
def own_server(dynalite, table) -> Iterator[Server]:
    """A gunicorn for one test, which may stop it."""
    with running(dynalite.endpoint, table) as started:
        yield started
