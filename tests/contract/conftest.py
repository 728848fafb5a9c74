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
from tests.contract.clients import FunctionsClient, WsgiClient

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


# The one place to add a pair that runs elsewhere: its name here, and in the fixture below a case
# that yields Pair(Backend("functions", HttpClient(url), token, exceptions), Backend("containers",
# HttpClient(url), token)), with the lines of docs/parity.md that its gateway makes true.
PAIRS = ("dynalite",)


@pytest.fixture(scope="session", params=PAIRS)
def backends(request) -> Pair:
    """A pair of backends; every question is asked of each pair."""
    return _pair_on(request.getfixturevalue(request.param))


@pytest.fixture(scope="session")
def without_database() -> Pair:
    """Both backends, and nothing where their database should be."""
    return in_process(f"http://127.0.0.1:{free_port()}", "blogs", "blogs")


@pytest.fixture(scope="session")
def without_table(dynalite) -> Pair:
    """Both backends on a database that has no table for them."""
    return in_process(dynalite.endpoint, "missing", "missing")
