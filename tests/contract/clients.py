"""Clients that call a backend in this process."""

from __future__ import annotations

import base64
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.parse import unquote, unquote_to_bytes

import httpx

from lab.parity.messages import Request, Response

Pairs = Sequence[tuple[str, str]]


class InProcessClient(ABC):
    """Calls a backend in this process."""

    @abstractmethod
    def request(
        self, method: str, path: str, headers: Pairs = (), body: bytes = b""
    ) -> Response: ...

    def send(self, request: Request) -> Response:
        assert not request.raw, "only a server can receive a raw request"
        return self.request(request.method, request.target, request.headers, request.body)


class WsgiClient(InProcessClient):
    """Calls a WSGI application in process."""

    def __init__(self, application: Callable[..., Any]) -> None:
        def with_raw_path(environ: dict[str, Any], start_response: Any) -> Any:
            # The transport does not encode the path as WSGI requires.
            environ["PATH_INFO"] = self._path_info
            environ["RAW_URI"] = self._raw_uri  # gunicorn sets it
            return application(environ, start_response)

        self._path_info = self._raw_uri = "/"
        transport = httpx.WSGITransport(with_raw_path, raise_app_exceptions=True)
        self._http = httpx.Client(transport=transport, base_url="http://containers.test")

    def request(self, method: str, path: str, headers: Pairs = (), body: bytes = b"") -> Response:
        joined = _joined(headers)  # the transport keeps only the last of repeated headers
        self._path_info = unquote_to_bytes(path.partition("?")[0]).decode("latin-1")
        self._raw_uri = path
        url = httpx.URL("http://containers.test").copy_with(raw_path=path.encode())
        return _response(self._http.request(method, url, headers=joined, content=body or None))


@dataclass
class FunctionsClient(InProcessClient):
    """Calls the Lambda handlers in process, with events as from an HTTP API."""

    handlers: ModuleType
    stage: str = "Prod"
    calls: int = field(default=0)

    def request(self, method: str, path: str, headers: Pairs = (), body: bytes = b"") -> Response:
        self.calls += 1
        handler = getattr(self.handlers, route(method, _segments(path)))
        response = handler(event(method, path, headers, body, self.stage), context(self.calls))
        assert response["isBase64Encoded"] is False
        lower = {name.lower(): value for name, value in response["headers"].items()}
        return Response(response["statusCode"], lower, response["body"].encode())


def route(method: str, path: str) -> str:
    """Return the name of the handler that the routes of the HTTP API lead to."""
    declared = {
        ("GET", "/blog"): "get_blogs",
        ("HEAD", "/blog"): "get_blogs",
        ("POST", "/blog"): "post_blog",
        ("GET", "/blog/{id}"): "get_blog",
        ("HEAD", "/blog/{id}"): "get_blog",
        ("PUT", "/blog/{id}"): "put_blog",
        ("DELETE", "/blog/{id}"): "delete_blog",
    }
    template = "/blog/{id}" if re.fullmatch("/blog/[^/]+", path, re.DOTALL) else path
    return declared.get((method, template), "get_blogs")


def _segments(path: str) -> str:
    """Decode a path, except encoded slashes, which do not separate segments."""
    return unquote(re.sub("(?i)%2f", "\x00", path.partition("?")[0]))


def event(
    method: str, path: str, headers: Pairs = (), body: bytes = b"", stage: str = "Prod"
) -> dict[str, Any]:
    """Return an event of payload 2.0; a body that is not UTF-8 is in base64."""
    raw_path, _, query = path.partition("?")
    decoded = f"/{stage}{unquote(raw_path, errors='replace')}"
    made: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": decoded,
        "rawQueryString": query,
        "headers": _joined(headers),
        "requestContext": {
            "stage": stage,
            "requestId": "gateway-request",
            "http": {"method": method, "path": decoded},
        },
        "isBase64Encoded": False,
    }
    try:
        text = body.decode()
    except UnicodeDecodeError:
        made |= {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    else:
        made |= {"body": text} if text else {}
    return made


def context(number: int = 1) -> Any:
    """Return the context of an invocation."""
    return SimpleNamespace(
        function_name="blog",
        memory_limit_in_mb=256,
        invoked_function_arn="arn:aws:lambda:eu-west-1:000000000000:function:blog",
        aws_request_id=f"request-{number}",
        get_remaining_time_in_millis=lambda: 10_000,
    )


def _joined(headers: Pairs) -> dict[str, str]:
    """Join repeated headers, as API Gateway and gunicorn do."""
    joined: dict[str, str] = {}
    for name, value in headers:
        known = joined.get(name.lower())
        joined[name.lower()] = value if known is None else f"{known},{value}"
    return joined


def _response(response: httpx.Response) -> Response:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Response(response.status_code, headers, response.content)
