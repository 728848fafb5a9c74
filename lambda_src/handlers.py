# ruff: noqa: E402 - the clock starts before the imports, which take most of a cold start
"""The handlers of the Lambda functions, and their composition root.

No other module here reads the environment variables.
"""

from __future__ import annotations

import time

_started = time.perf_counter()

import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, cast

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from blog import database
from blog.auth import WriteAccess
from blog.errors import InternalError
from blog.http import problem_reply
from blog.operations import ApiSettings, Operations
from blog.routes import METHODS, Operation
from blog.store import Store
from lambda_src.events import (
    UnsupportedEvent,
    is_request,
    keys_of,
    to_request,
    to_response,
    to_result,
)

Event = dict[str, Any]
Handler = Callable[[Event, LambdaContext], dict[str, Any]]

_INSTANCE_CHARACTERS: Final = 8
# With provisioned concurrency and SnapStart, no request waits for the initialization.
_IS_COLD_START: Final = os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "on-demand"

logger = Logger()
# The cold start is the only metric, one series for all functions, as the containers have one:
# Lambda and API Gateway count requests and errors for free.
metrics = Metrics()
if _IS_COLD_START:  # the first request logs it
    metrics.add_metric("ColdStart", MetricUnit.Count, 1)
warnings.filterwarnings("ignore", "No application metrics to publish")
app = APIGatewayHttpResolver()


@app.route(".*", method=METHODS)
def serve() -> Response[str]:
    """Serve every request: ``blog.routes`` has the paths and methods of both backends."""
    request = to_request(app.current_event)
    return to_response(request, operations.handle(request, app.context["served"]))


@app.not_found
def serve_unmatched(_error: NotFoundError) -> Response[str]:
    """Serve other methods, and paths with a line end, which ``.*`` does not match."""
    return serve()


def _served_by(environ: Mapping[str, str]) -> str:
    """Return functions/<function>/<start of the id of the log stream>."""
    function = environ.get("AWS_LAMBDA_FUNCTION_NAME", "local")
    stream = environ.get("AWS_LAMBDA_LOG_STREAM_NAME", "").rpartition("]")[2]
    return f"functions/{function}/{stream[:_INSTANCE_CHARACTERS]}"


def _operations(environ: Mapping[str, str]) -> Operations:
    access = WriteAccess.from_settings(
        environ.get("OPEN_WRITES", "false"), environ.get("WRITE_TOKEN_SHA256", "")
    )
    # An execution environment serves one request at a time.
    store = Store(database.connect(max_connections=1), environ["TABLE_NAME"])
    settings = ApiSettings(served_by=_served_by(environ), access=access, log=logger)
    return Operations(store, settings, time.perf_counter() - _started if _IS_COLD_START else None)


def _handler(*served: Operation) -> Handler:
    """Return the handler of a Lambda function that serves the operations *served*."""

    @logger.inject_lambda_context(
        correlation_id_path=correlation_paths.API_GATEWAY_HTTP, clear_state=True
    )
    @metrics.log_metrics
    def handler(event: Event, context: LambdaContext) -> dict[str, Any]:
        return _respond(event, context, served)

    # The tracer doubles the import time of a cold start: import it only if tracing is on.
    traced = _traced(handler) if os.environ.get("TRACING") == "true" else handler
    return cast("Handler", traced)  # the decorators are untyped


def _respond(event: Event, context: LambdaContext, served: Sequence[Operation]) -> dict[str, Any]:
    """Return the response, with one log line; a request that cannot be served gets a 500."""
    start = time.perf_counter()
    if not is_request(event):
        logger.error("The event is not a request of an HTTP API", event_keys=keys_of(event))
        return to_result(problem_reply(UnsupportedEvent()))
    app.append_context(served=served)  # type: ignore[no-untyped-call]
    try:
        response = app.resolve(event, context)
    except Exception:  # the outermost handler: a client always gets a response
        logger.exception("Unexpected error")
        return to_result(problem_reply(InternalError()))
    logger.info(
        "Request served",
        method=event["requestContext"]["http"]["method"],
        path=event["rawPath"],
        status=response["statusCode"],
        milliseconds=round((time.perf_counter() - start) * 1000, 3),
    )
    return response


def _traced(handler: Handler) -> Handler:
    """Send a trace of each invocation to X-Ray, without patching libraries, which is slow."""
    from aws_lambda_powertools import Tracer  # noqa: PLC0415 - see above

    return cast("Handler", Tracer(auto_patch=False).capture_lambda_handler(handler))


operations = _operations(os.environ)
get_blogs = _handler(Operation.HEALTH, Operation.LIST_BLOGS)
get_blog = _handler(Operation.GET_BLOG)
post_blog = _handler(Operation.CREATE_BLOG)
put_blog = _handler(Operation.REPLACE_BLOG)
delete_blog = _handler(Operation.DELETE_BLOG)
