"""The HTTP client of one backend. Only this module and `proxy_env` import httpx."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

import anyio.lowlevel  # used by httpx
import httpx

from tui import text
from tui.client.contract import (
    Api,
    ApiError,
    Blog,
    Draft,
    Exchange,
    Failure,
    LogEntry,
    Page,
    Request,
)
from tui.client.failures import READ_ONLY, error_response, name_of
from tui.client.proxy_env import avoids_proxy, environment_errors, transport_to
from tui.client.request_trace import RequestTrace
from tui.client.requests import blog_request, list_request, write_request
from tui.client.responses import InvalidResponse, parse_blog, parse_blogs
from tui.settings.backends import Backend
from tui.settings.values import Token, is_loopback

READ_TIMEOUT: Final = 30.0  # the limit of API Gateway
CONNECT_TIMEOUT: Final = 3.0
LARGEST_RESPONSE: Final = 32 * 1024 * 1024
# The request was not sent, so a write cannot have been applied.
_NOT_SENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)


class _TooLarge(Exception):
    """The response is larger than any response of the blog API."""


_TIMEOUT: Final = "did not respond within {timeout:g} s. Try again, or increase --timeout."
# The first match is used.
_CAUSES: Final[tuple[tuple[type[Exception], str], ...]] = (
    (_TooLarge, "sent a response that is too large. Check the URL."),
    (
        httpx.ConnectTimeout,
        "did not accept a connection in time. Check that it is running, then try again.",
    ),
    (httpx.TimeoutException, _TIMEOUT),
    (TimeoutError, _TIMEOUT),
    (
        httpx.ConnectError,
        "is not reachable. Check that it is running and that the URL is correct.",
    ),
    (httpx.ProxyError, "is not reachable through the proxy ({error}). Check HTTPS_PROXY."),
    (httpx.InvalidURL, "has an invalid URL ({error}). Check the URL."),
    (httpx.DecodingError, "sent data that cannot be decoded ({error}). Try again."),
)


@dataclass(frozen=True, kw_only=True)
class _Response:
    """A response with its complete body."""

    head: httpx.Response
    body: bytes
    entry: LogEntry


@dataclass(kw_only=True)
class HttpApi(Api):
    """The client of one backend over HTTP."""

    backend: Backend
    token: Token | None
    record: Callable[[LogEntry], None]
    timeout: float = READ_TIMEOUT
    plain_http_token: bool = False
    read_only: bool = False
    direct: bool = False
    """Use no proxy."""
    transport: httpx.AsyncBaseTransport | None = None

    def __post_init__(self) -> None:
        # Shorter than the whole, so that a connect timeout is reported as such.
        connect = min(CONNECT_TIMEOUT, 0.9 * self.timeout)
        with environment_errors():
            self._client = httpx.AsyncClient(
                transport=self.transport or transport_to(self.backend.url, direct=self.direct),
                timeout=httpx.Timeout(self.timeout, connect=connect),
                headers={"User-Agent": "blogs", "Accept": "application/json"},
            )

    def check_permission(self) -> None:
        self._write_headers()

    async def page(self, limit: int, after: str | None = None) -> Page:
        request = Request(method="GET", target=self._below(after)) if after else list_request(limit)
        response = await self._request(request)
        with self._invalid_response_as_error("GET"):
            return Page(blogs=parse_blogs(response.body), next_url=_next_url(response))

    async def read(self, blog_id: str) -> Blog:
        return await self._blog(blog_request(blog_id))

    async def create(self, draft: Draft) -> Blog:
        return await self._blog(write_request("POST", "/blog", draft))

    async def replace(self, draft: Draft, etag: str | None) -> Blog:
        return await self._blog(write_request("PUT", blog_request(draft.id).target, draft, etag))

    async def delete(self, blog_id: str, etag: str | None) -> None:
        await self._request(write_request("DELETE", blog_request(blog_id).target, None, etag))

    async def exchange(self, request: Request) -> Exchange:
        response = await self._send(request)
        return Exchange(entry=response.entry, body=response.body)

    async def close(self) -> None:
        await self._client.aclose()

    def _below(self, url: str) -> str:
        """Return the path and query of *url* below the URL of the backend."""
        parts = urlsplit(url)
        target = parts.path.removeprefix(urlsplit(self.backend.url).path)
        return f"{target}?{parts.query}" if parts.query else target

    def _authorization(self) -> dict[str, str]:
        """Return the header with the token. Raise ApiError if others could read it."""
        if self.token is None:
            return {}
        if self.token.problem:
            raise ApiError(self.token.problem, Failure.TOKEN)
        safe = self.backend.url.startswith("https://") or is_loopback(self.backend.url)
        if not (safe or self.plain_http_token):
            raise ApiError(
                f"{name_of(self.backend)} uses plain HTTP, so others on the network could read the "
                "write token. Use https, or --plain-http-token to send it anyway.",
                Failure.PLAIN_HTTP,
            )
        return {"Authorization": self.token.header()}

    def _conceal(self, words: str) -> str:
        return self.token.concealed(words) if self.token else words

    async def _blog(self, request: Request) -> Blog:
        response = await self._request(request)
        with self._invalid_response_as_error(request.method):
            return parse_blog(response.body, response.head.headers.get("etag", ""))

    async def _request(self, request: Request) -> _Response:
        """Send *request*, and return the response. Raise ApiError for an error status."""
        response = await self._send(request)
        if response.head.is_success:
            return response
        body = self._conceal(response.body.decode(errors="replace")).encode()
        answer = Exchange(entry=response.entry, body=body)
        raise error_response(self.backend, request, answer, self.token if request.writes else None)

    async def _send(self, request: Request) -> _Response:
        """Send *request*, and record it in the request log in any case."""
        headers = dict(request.headers) | (self._write_headers() if request.writes else {})
        # Load the modules that httpx loads at its first request before the time is measured.
        await anyio.lowlevel.checkpoint()
        trace = RequestTrace(self.backend, request, self._conceal)
        try:
            head, body = await self._stream(request, headers, trace)
        except (httpx.HTTPError, httpx.InvalidURL, _TooLarge, TimeoutError) as error:
            failure = self._no_response(request.method, error)
            trace.error = str(failure)
            failure.entry = self._log(trace)
            raise failure from error
        except BaseException:
            self._log(trace)
            raise
        return _Response(head=head, body=body, entry=self._log(trace))

    def _log(self, trace: RequestTrace) -> LogEntry:
        entry = trace.entry()
        self.record(entry)
        return entry

    async def _stream(
        self, request: Request, headers: dict[str, str], trace: RequestTrace
    ) -> tuple[httpx.Response, bytes]:
        url = self.backend.url + request.target
        # The timeout of httpx applies to each read; a slow response could take forever.
        async with (
            asyncio.timeout(self.timeout),
            self._client.stream(
                request.method,
                url,
                headers=headers,
                content=request.body,
                extensions={"trace": trace.watch.trace},
            ) as response,
        ):
            trace.head(response.status_code, response.headers.multi_items())
            body = await _read_body(response)
            trace.received = len(body)
            return response, body

    def _write_headers(self) -> dict[str, str]:
        """Return the headers that a write needs. Raise ApiError if writes are not allowed."""
        if self.read_only:
            raise ApiError(READ_ONLY, Failure.READ_ONLY)
        return self._authorization()

    def _no_response(self, method: str, error: Exception) -> ApiError:
        """Return the error for a request without a complete response."""
        uncertain = method != "GET" and not isinstance(error, (*_NOT_SENT, httpx.InvalidURL))
        message = f"{name_of(self.backend)} {self._cause(error)}"
        if self.direct and avoids_proxy(self.backend.url):
            message += " (A comparison uses no proxy.)"
        return ApiError(text.line(message), Failure.UNREACHABLE, uncertain=uncertain)

    def _cause(self, error: Exception) -> str:
        if _is_tls(error):
            return "has a certificate that is not trusted. Check the URL."
        for error_type, message in _CAUSES:
            if isinstance(error, error_type):
                return message.format(timeout=self.timeout, error=error)
        return "closed the connection. Try again."

    @contextmanager
    def _invalid_response_as_error(self, method: str) -> Iterator[None]:
        try:
            yield
        except InvalidResponse as error:
            raise ApiError(
                f"{name_of(self.backend)} sent an invalid response ({error}). Check the URL.",
                Failure.REFUSED,
                uncertain=method != "GET",
            ) from error


async def _read_body(response: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > LARGEST_RESPONSE:
            raise _TooLarge
    return bytes(body)


def _next_url(response: _Response) -> str | None:
    """Return the URL of the next page, or None. It must be on the same path of this backend."""
    link = response.head.links.get("next", {}).get("url")
    if link is None:
        return None
    here = str(response.head.url)
    try:
        url = urljoin(here, link)
        elsewhere = urlsplit(url)[:3] != urlsplit(here)[:3]
    except ValueError as error:
        raise InvalidResponse("the link to the next page is not valid") from error
    if elsewhere:
        raise InvalidResponse("the link to the next page leads to another URL")
    return url


def _is_tls(error: Exception) -> bool:
    """Return True if a TLS error caused *error*: httpx has no class for it."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
