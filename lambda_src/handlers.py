# ruff: noqa: E402 - the clock starts before the imports, which are most of a cold start
"""Composition root of the functions: the only module here that reads the environment."""

from __future__ import annotations

import time

_started = time.perf_counter()

import os
from collections.abc import Callable, Mapping
from typing import Any, cast

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from blog import database
from blog.auth import WriteAccess
from blog.operations import Operations, Site
from blog.store import Store
from lambda_src import api
from lambda_src.events import Event

Handler = Callable[[Event, LambdaContext], dict[str, Any]]

_INSTANCE_CHARACTERS = 8
_SERVER_ERROR = 500

logger = Logger()
metrics = Metrics()


def _served_by(environ: Mapping[str, str]) -> str:
    """Name this execution environment: functions/<function>/<start of its log stream's id>."""
    function = environ.get("AWS_LAMBDA_FUNCTION_NAME", "local")
    stream = environ.get("AWS_LAMBDA_LOG_STREAM_NAME", "").rpartition("]")[2]
    return f"functions/{function}/{stream[:_INSTANCE_CHARACTERS]}"


def _operations(environ: Mapping[str, str]) -> Operations:
    access = WriteAccess.from_settings(
        environ.get("OPEN_WRITES", "false"), environ.get("WRITE_TOKEN_SHA256", "")
    )
    # An environment serves one request at a time.
    store = Store(database.connect(max_connections=1), environ["TABLE_NAME"])
    site = Site(served_by=_served_by(environ), access=access, log=logger)
    # Provisioned concurrency and SnapStart prepare an environment before anybody waits for it.
    cold = environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "on-demand"
    return Operations(store, site, time.perf_counter() - _started if cold else None)


def _observed(function: api.Function) -> Handler:
    """Log and count what *function* answers."""

    @logger.inject_lambda_context(
        correlation_id_path=correlation_paths.API_GATEWAY_HTTP, clear_state=True
    )
    @metrics.log_metrics(capture_cold_start_metric=True)
    def handler(event: Event, context: LambdaContext) -> dict[str, Any]:
        start = time.perf_counter()
        answer = function(event, context)
        status = answer["statusCode"]
        metrics.add_metric("Answers", MetricUnit.Count, 1)
        metrics.add_metric("ServerErrors", MetricUnit.Count, int(status >= _SERVER_ERROR))
        logger.info(
            "answered",
            method=event["requestContext"]["http"]["method"],
            path=event["rawPath"],
            status=status,
            milliseconds=round((time.perf_counter() - start) * 1000, 3),
        )
        return answer

    # The tracer alone doubles the imports of a cold start, so only those who want it pay for it.
    traced = _traced(handler) if os.environ.get("TRACING") == "true" else handler
    return cast("Handler", traced)  # the decorators are untyped


def _traced(handler: Handler) -> Handler:
    """Send a trace of each invocation to X-Ray, without the costly patching of libraries."""
    from aws_lambda_powertools import Tracer  # noqa: PLC0415 - see above

    return cast("Handler", Tracer(auto_patch=False).capture_lambda_handler(handler))


_api = _operations(os.environ)
get_blogs = _observed(api.get_blogs(_api))
get_blog = _observed(api.get_blog(_api))
post_blog = _observed(api.post_blog(_api))
put_blog = _observed(api.put_blog(_api))
delete_blog = _observed(api.delete_blog(_api))
