"""Both backends, in process on dynalite, or in a local cloud."""

from __future__ import annotations

import hashlib
import importlib
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event

import pytest

import lab.backends
from lab.backends import Target
from lab.parity import cases
from lab.parity.case import blog_json
from lab.parity.run import ParityRun
from tests.blog.databases import Database, dynalite, environment, free_port
from tests.contract.checks import Backend
from tests.contract.clients import FunctionsClient, WsgiClient
from tests.running import TIMEOUT_S

__all__ = ["dynalite"]

TOKEN = "correct-horse"
# The handlers in process have no gateway, which would add these headers.
NO_GATEWAY = frozenset({"preflight", "cors-headers"})


@dataclass(frozen=True)
class Backends:
    """The two backends of one deployment."""

    functions: Backend
    containers: Backend

    def __iter__(self) -> Iterator[Backend]:
        return iter((self.functions, self.containers))


def in_process(endpoint: str, functions_table: str, containers_table: str) -> Backends:
    """Load both composition roots, each with its own environment variables."""
    common = {
        **environment(endpoint),
        "OPEN_WRITES": "false",
        "WRITE_TOKEN_SHA256": hashlib.sha256(TOKEN.encode()).hexdigest(),
    }
    functions = {
        "TABLE_NAME": functions_table,
        "AWS_LAMBDA_FUNCTION_NAME": "blog",
        "AWS_LAMBDA_LOG_STREAM_NAME": "2026/01/02/[$LATEST]0123456789abcdef",
        "POWERTOOLS_SERVICE_NAME": "blog",
        "POWERTOOLS_METRICS_NAMESPACE": "Blog",
    }
    containers = {"TABLE_NAME": containers_table, "CORS_ORIGINS": "*"}
    handlers = load("lambda_src.handlers", common | functions)
    wsgi = load("container_src.wsgi", common | containers)
    return Backends(
        Backend("functions", FunctionsClient(handlers), TOKEN, NO_GATEWAY),
        Backend("containers", WsgiClient(wsgi.app), TOKEN),
    )


def load(module: str, variables: dict[str, str]):
    """Import a new copy of a composition root with these environment variables."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"):
            patch.delenv(name, raising=False)
        for name, value in variables.items():
            patch.setenv(name, value)
        sys.modules.pop(module, None)
        try:
            return importlib.import_module(module)
        finally:
            sys.modules.pop(module, None)


def _on(database: Database) -> Backends:
    return in_process(database.endpoint, database.new_table(), database.new_table())


@pytest.fixture(scope="session")
def backends(dynalite: Database) -> Backends:
    """The backends in process, each with a blog, so that no list is empty."""
    backends = _on(dynalite)
    for backend in backends:
        assert backend.write("POST", "/blog", blog_json()).status == 201
    return backends


@pytest.fixture(scope="session")
def parity_run(running_cloud) -> ParityRun:
    """All cases, sent to both backends of a local cloud."""
    targets = {
        name: Target(backend=name, url=url, token=running_cloud.token)
        for name, url in (
            (lab.backends.Backend.FUNCTIONS, running_cloud.functions),
            (lab.backends.Backend.CONTAINERS, running_cloud.containers),
        )
    }
    with ThreadPoolExecutor(2) as threads:
        run = ParityRun.to(targets, prefix="parity-test-", timeout_s=TIMEOUT_S, executor=threads)
        for session in run.sessions.values():
            session.write("POST", "/blog", blog_json(id=session.new_kept()))
        run.ask(cases.CASES, lambda _: None, Event())
        assert run.delete_left() == []
    return run


@pytest.fixture(scope="session")
def without_database() -> Backends:
    """Both backends, without a database."""
    return in_process(f"http://127.0.0.1:{free_port()}", "blogs", "blogs")


@pytest.fixture(scope="session")
def without_table(dynalite) -> Backends:
    """Both backends, with a database that does not have their table."""
    return in_process(dynalite.endpoint, "missing", "missing")
