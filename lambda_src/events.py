"""Between payload 2.0 of an HTTP API and the requests and replies of the blog."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools.event_handler import Response

from blog.errors import BadRequest
from blog.http import Reply, Request

Event = Mapping[str, Any]

_DEFAULT_STAGE = "$default"


def without_stage(event: Event) -> dict[str, Any]:
    """Give *event* as if its stage had no place in the path; a custom domain leaves it out too."""
    context = event["requestContext"]
    path = event["rawPath"]
    prefix = f"/{context['stage']}"
    if path == prefix or path.startswith(f"{prefix}/"):
        path = path[len(prefix) :] or "/"
    return {
        **event,
        "rawPath": path,
        "requestContext": {**context, "stage": _DEFAULT_STAGE},
    }


def to_request(event: Event) -> Request:
    """Read an event without a stage; the gateway has decoded its path."""
    return Request(
        method=event["requestContext"]["http"]["method"],
        path=event["rawPath"],
        query=event.get("rawQueryString", ""),
        headers={name.lower(): value for name, value in event.get("headers", {}).items()},
        read_body=_body_reader(event),
    )


def to_response(request: Request, reply: Reply) -> Response[str]:
    """Shape *reply* for Powertools; HEAD gets the headers alone."""
    body = "" if request.method == "HEAD" else reply.body.decode()
    return Response(status_code=reply.status, headers=reply.headers, body=body)


def _body_reader(event: Event) -> Callable[[int], bytes]:
    def read(_limit: int) -> bytes:
        # The event is in memory already, and the gateway bounds it.
        text: str = event.get("body") or ""
        if not event.get("isBase64Encoded", False):
            return text.encode(errors="surrogatepass")
        try:
            return b64decode(text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise BadRequest("The body is not valid base64.") from error

    return read
