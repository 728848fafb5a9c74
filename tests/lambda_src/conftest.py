"""The handlers, loaded as in a new execution environment."""

from __future__ import annotations

import logging
from collections.abc import Callable
from types import ModuleType

import pytest
from aws_lambda_powertools import Metrics
from aws_lambda_powertools.logging import logger

from tests.blog.databases import Database, dynalite, environment, moto
from tests.contract.conftest import load

__all__ = ["dynalite", "moto"]


@pytest.fixture(scope="session")
def table(moto: Database) -> str:
    return moto.new_table()


@pytest.fixture
def variables(moto: Database, table: str) -> dict[str, str]:
    return {
        **environment(moto.endpoint),
        "TABLE_NAME": table,
        "OPEN_WRITES": "true",
        "AWS_LAMBDA_FUNCTION_NAME": "blog-GetBlogs",
        "AWS_LAMBDA_LOG_STREAM_NAME": "2026/01/02/[$LATEST]0123456789abcdef",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "POWERTOOLS_SERVICE_NAME": "blog",
        "POWERTOOLS_METRICS_NAMESPACE": "Blog",
    }


@pytest.fixture
def fresh(variables: dict[str, str], capsys) -> Callable[..., ModuleType]:
    """Create new execution environments; one that a test creates logs to the test's output."""

    def make(**changes: str) -> ModuleType:
        # Powertools stores its logger and the metrics outside the module of the handlers.
        logging.Logger.manager.loggerDict.pop("blog", None)
        logger.is_cold_start = True
        Metrics().clear_metrics()
        return load("lambda_src.handlers", {**variables, **changes})

    return make


@pytest.fixture
def handlers(fresh) -> ModuleType:
    """A new execution environment for every test."""
    return fresh()
