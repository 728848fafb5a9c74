"""Both backends, in process, on the local cloud's database."""

from __future__ import annotations

import hashlib
import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.blog.databases import Database, dynalite, environment, free_port
from tests.contract.asking import Backend
from tests.contract.clients import FunctionsClient, HttpClient, WsgiClient
from tests.contract.question import text

__all__ = ["dynalite"]

TOKEN = "correct-horse"
# In process there is no gateway: what only it says is not asked of the functions.
NO_GATEWAY = frozenset({"preflight", "cors-headers"})


@dataclass(frozen=True)
class Pair:
    """The two backends of one deployment."""

    functions: Backend
    containers: Backend

    def __iter__(self) -> Iterator[Backend]:
        return iter((self.functions, self.containers))


def in_process(endpoint: str, functions_table: str, containers_table: str) -> Pair:
    """Load both composition roots, as a deployment would, in an environment of their own."""
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
    return Pair(
        Backend("functions", FunctionsClient(handlers), TOKEN, NO_GATEWAY),
        Backend("containers", WsgiClient(wsgi.app), TOKEN),
    )


def load(module: str, variables: dict[str, str]):
    """Import a composition root afresh, in exactly this environment."""
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


def _pair_on(database: Database) -> Pair:
    return in_process(database.endpoint, database.new_table(), database.new_table())


def _with_a_blog(pair: Pair) -> Pair:
    """No question may depend on others having been asked before."""
    for backend in pair:
        assert backend.write("POST", "/blog", text()).status == 201
    return pair


PAIRS = ("in process", "local cloud")
# The lines of docs/parity.md that the local gateway and the tasks behind gunicorn make true.
LOCAL_GATEWAY = frozenset({"replaced-bytes", "two-media-types", "type-of-nothing"})
LOCAL_TASKS = frozenset({"two-media-types"})


@pytest.fixture(scope="session", params=PAIRS)
def backends(request) -> Iterator[Pair]:
    """A pair of backends; every question is asked of each pair."""
    if request.param == "in process":
        yield _with_a_blog(_pair_on(request.getfixturevalue("dynalite")))
        return
    cloud = request.getfixturevalue("running_cloud")
    with HttpClient(cloud.functions) as functions, HttpClient(cloud.containers) as containers:
        yield _with_a_blog(
            Pair(
                Backend("functions", functions, cloud.token, LOCAL_GATEWAY),
                Backend("containers", containers, cloud.token, LOCAL_TASKS),
            )
        )


@pytest.fixture(scope="session")
def without_database() -> Pair:
    """Both backends, and nothing where their database should be."""
    return in_process(f"http://127.0.0.1:{free_port()}", "blogs", "blogs")


@pytest.fixture(scope="session")
def without_table(dynalite) -> Pair:
    """Both backends on a database that has no table for them."""
    return in_process(dynalite.endpoint, "missing", "missing")
