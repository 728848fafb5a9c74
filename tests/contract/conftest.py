"""Both backends, in process on dynalite, or in a local cloud."""

from __future__ import annotations

import hashlib
import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.blog.databases import Database, dynalite, environment, free_port
from tests.contract.case import blog_json
from tests.contract.checks import Backend
from tests.contract.clients import FunctionsClient, HttpClient, WsgiClient

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


def _with_a_blog(backends: Backends) -> Backends:
    """Create a blog, so that no case depends on the blogs of another."""
    for backend in backends:
        assert backend.write("POST", "/blog", blog_json()).status == 201
    return backends


PLACES = ("in process", "local cloud")
# The exceptions in docs/parity.md that apply to the local cloud.
LOCAL_GATEWAY = frozenset({"replaced-bytes", "two-media-types", "type-of-nothing"})
LOCAL_TASKS = frozenset({"two-media-types"})


@pytest.fixture(scope="session", params=PLACES)
def backends(request) -> Iterator[Backends]:
    """The backends in process, and those of a local cloud."""
    if request.param == "in process":
        yield _with_a_blog(_on(request.getfixturevalue("dynalite")))
        return
    cloud = request.getfixturevalue("running_cloud")
    with HttpClient(cloud.functions) as functions, HttpClient(cloud.containers) as containers:
        yield _with_a_blog(
            Backends(
                Backend("functions", functions, cloud.token, LOCAL_GATEWAY),
                Backend("containers", containers, cloud.token, LOCAL_TASKS),
            )
        )


@pytest.fixture(scope="session")
def without_database() -> Backends:
    """Both backends, without a database."""
    return in_process(f"http://127.0.0.1:{free_port()}", "blogs", "blogs")


@pytest.fixture(scope="session")
def without_table(dynalite) -> Backends:
    """Both backends, with a database that does not have their table."""
    return in_process(dynalite.endpoint, "missing", "missing")
