"""Convert API Gateway events (payload 2.0) to requests, and replies to Powertools responses."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Callable
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from blog.errors import BadRequest, Problem
from blog.http import Reply, Request

_SHOWN_KEYS: Final = 20


class UnsupportedEvent(Problem):
    """The event does not come from an HTTP API with payload format 2.0."""

    def __init__(self) -> None:
        super().__init__(
            "This function serves HTTP API requests (payload format 2.0). It was invoked with an"
            " event of another kind."
        )


def is_request(event: object) -> bool:
    """Return True if *event* is a request of an HTTP API in payload format 2.0.

    REST APIs and load balancers send other events; so do EventBridge and tests in the console.
    """
    match event:
        case {
            "version": "2.0",
            "rawPath": str(),
            "rawQueryString": str(),
            "headers": dict(),
            "requestContext": {"stage": str(), "http": {"method": str()}},
        }:
            return True
    return False


def keys_of(event: object) -> list[str] | str:
    """Return what a log may show of an event of another kind: its keys, or else its type."""
    return sorted(event)[:_SHOWN_KEYS] if isinstance(event, dict) else type(event).__name__


def to_request(event: APIGatewayProxyEventV2) -> Request:
    """Return the request in *event*; the gateway has decoded its path."""
    return Request(
        method=event.http_method,
        path=_path(event),
        query=event.raw_query_string,
        headers=event.headers,
        read_body=_body_reader(event),
    )


def to_response(request: Request, reply: Reply) -> Response[str]:
    """Return *reply* for Powertools, without its body if the method is HEAD."""
    body = "" if request.method == "HEAD" else reply.body.decode()
    return Response(status_code=reply.status, headers=reply.headers, body=body)


def to_result(reply: Reply) -> dict[str, Any]:
    """Return *reply* as the result of an invocation, without Powertools."""
    return {"statusCode": reply.status, "headers": reply.headers, "body": reply.body.decode()}


def _path(event: APIGatewayProxyEventV2) -> str:
    """Return the path without the stage. A custom domain name has no stage in its paths."""
    prefix = f"/{event.request_context.stage}"
    path = event.raw_path
    if path == prefix or path.startswith(f"{prefix}/"):
        return path.removeprefix(prefix) or "/"
    return path


def _body_reader(event: APIGatewayProxyEventV2) -> Callable[[int], bytes]:
    def read(_limit: int) -> bytes:
        # The event is in memory already, and the gateway limits its size.
        text = event.body or ""
        if not event.is_base64_encoded:
            return text.encode(errors="surrogatepass")
        try:
            return b64decode(text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise BadRequest("The body is not valid base64.") from error

    return read
