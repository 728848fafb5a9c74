"""Convert API Gateway events (payload 2.0) to requests, and replies to Powertools responses."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Callable

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from blog.errors import BadRequest
from blog.http import Reply, Request


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
