"""Ways to ask a backend: in process, or over HTTP at a base URL."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType, SimpleNamespace
from typing import Any, Protocol, Self
from urllib.parse import unquote, unquote_to_bytes

import httpx

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """What came back; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Client(Protocol):
    """Asks one backend; *path* is what stands in the request line, below the base URL."""

    def ask(self, method: str, path: str, headers: Pairs = (), body: bytes = b"") -> Answer: ...


class HttpClient:
    """Asks over HTTP: the local cloud, or a deployed stack."""

    def __init__(self, base_url: str) -> None:
        self._base = httpx.URL(base_url)
        self._http = httpx.Client(timeout=30, trust_env=False)

    def ask(self, method: str, path: str, headers: Pairs = (), body: bytes = b"") -> Answer:
        # The path goes out as it is: httpx would tidy up what the questions are about.
        raw = self._base.raw_path.rstrip(b"/") + path.encode()
        url = self._base.copy_with(raw_path=raw)
        answer = self._http.request(method, url, headers=list(headers), content=body or None)
        return _answer(answer)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()


class WsgiClient:
    """Asks a WSGI application in process."""

    def __init__(self, application: Callable[..., Any]) -> None:
        def with_raw_path(environ: dict[str, Any], start_response: Any) -> Any:
            # The transport leaves text outside Latin-1 in the path, which no server may do.
            environ["PATH_INFO"] = self._path_info
            environ["RAW_URI"] = self._raw_uri  # as gunicorn gives it
            return application(environ, start_response)

        self._path_info = self._raw_uri = "/"
        transport = httpx.WSGITransport(with_raw_path, raise_app_exceptions=True)
        self._http = httpx.Client(transport=transport, base_url="http://containers.test")

    def ask(self, method: str, path: str, headers: Pairs = (), body: bytes = b"") -> Answer:
        joined = _joined(headers)  # this transport would keep the last line only
        self._path_info = unquote_to_bytes(path.partition("?")[0]).decode("latin-1")
        self._raw_uri = path
        url = httpx.URL("http://containers.test").copy_with(raw_path=path.encode())
        return _answer(self._http.request(method, url, headers=joined, content=body or None))


@dataclass
class FunctionsClient:
    """Asks the handlers in process, with the events that an HTTP API would make."""

    handlers: ModuleType
    stage: str = "Prod"
    calls: int = field(default=0)

    def ask(self, method: str, path: str, headers: Pairs = (), body: bytes = b"") -> Answer:
        self.calls += 1
        handler = getattr(self.handlers, route(method, _segments(path)))
        answer = handler(event(method, path, headers, body, self.stage), context(self.calls))
        assert answer["isBase64Encoded"] is False
        lower = {name.lower(): value for name, value in answer["headers"].items()}
        return Answer(answer["statusCode"], lower, answer["body"].encode())


def route(method: str, path: str) -> str:
    """Choose the handler as the declared routes of the gateway do."""
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
    """Decode a path as routes see it: an encoded slash parts nothing."""
    return unquote(re.sub("(?i)%2f", "\x00", path.partition("?")[0]))


def event(
    method: str, path: str, headers: Pairs = (), body: bytes = b"", stage: str = "Prod"
) -> dict[str, Any]:
    """Make an event of payload 2.0; a body that is no text comes in base64."""
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
    """The second argument of a handler."""
    return SimpleNamespace(
        function_name="blog",
        memory_limit_in_mb=256,
        invoked_function_arn="arn:aws:lambda:eu-west-1:000000000000:function:blog",
        aws_request_id=f"request-{number}",
        get_remaining_time_in_millis=lambda: 10_000,
    )


def _joined(headers: Pairs) -> dict[str, str]:
    """Join lines of the same name, as the gateway and gunicorn do."""
    joined: dict[str, str] = {}
    for name, value in headers:
        known = joined.get(name.lower())
        joined[name.lower()] = value if known is None else f"{known},{value}"
    return joined


def _answer(answer: httpx.Response) -> Answer:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Answer(answer.status_code, headers, answer.content)
