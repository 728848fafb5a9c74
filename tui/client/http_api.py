"""One backend over HTTP. Only this and `proxy_env` know httpx; it raises only `ApiError`."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

import anyio.lowlevel  # what httpx runs on
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
from tui.client.proxy_env import environment_errors, transport_to
from tui.client.request_trace import RequestTrace
from tui.client.requests import blog_request, list_request, write_request
from tui.client.responses import InvalidResponse, parse_blog, parse_blogs
from tui.settings.backends import Backend
from tui.settings.values import Token, is_loopback

READ_TIMEOUT: Final = 30.0  # what the gateway in front of the functions allows
CONNECT_TIMEOUT: Final = 3.0
LARGEST_ANSWER: Final = 32 * 1024 * 1024
# Nothing was sent, so a write cannot have happened.
_NOT_SENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)


class _TooLarge(Exception):
    """The answer is larger than any blog API's."""


_LATE: Final = "did not answer within {timeout:g} s: try again, or raise --timeout."
# The first that fits counts.
_CAUSES: Final[tuple[tuple[type[Exception], str], ...]] = (
    (_TooLarge, "answered with more than any blog API does: check the URL."),
    (
        httpx.ConnectTimeout,
        "does not take connections in time: check that it is up, then try again.",
    ),
    (httpx.TimeoutException, _LATE),
    (TimeoutError, _LATE),
    (httpx.ConnectError, "cannot be reached: check that it runs and that the URL is right."),
    (httpx.ProxyError, "cannot be reached through the proxy ({error}): check HTTPS_PROXY."),
    (httpx.InvalidURL, "has an address that cannot be used ({error}): check the URL."),
    (httpx.DecodingError, "answered with damaged data ({error}): try again."),
)


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """One answer, read to its end."""

    response: httpx.Response
    body: bytes
    entry: LogEntry


@dataclass(kw_only=True)
class HttpApi(Api):
    """The blogs of one backend."""

    backend: Backend
    token: Token | None
    record: Callable[[LogEntry], None]
    timeout: float = READ_TIMEOUT
    plain_http_token: bool = False
    read_only: bool = False
    transport: httpx.AsyncBaseTransport | None = None

    def __post_init__(self) -> None:
        # Connecting gets a little less than all the time, so that its end is told for what it is.
        connect = min(CONNECT_TIMEOUT, 0.9 * self.timeout)
        with environment_errors():
            self._client = httpx.AsyncClient(
                transport=self.transport or transport_to(self.backend.url),
                timeout=httpx.Timeout(self.timeout, connect=connect),
                headers={"User-Agent": "blogs", "Accept": "application/json"},
            )

    def check_permission(self) -> None:
        self._permission()

    async def page(self, limit: int, after: str | None = None) -> Page:
        request = Request(method="GET", target=self._below(after)) if after else list_request(limit)
        answer = await self._ask(request)
        with self._understood("GET"):
            return Page(blogs=parse_blogs(answer.body), next_url=_next(answer))

    async def read(self, blog_id: str) -> Blog:
        return await self._blog(blog_request(blog_id))

    async def create(self, draft: Draft) -> Blog:
        return await self._blog(write_request("POST", "/blog", draft))

    async def replace(self, draft: Draft, etag: str | None) -> Blog:
        return await self._blog(write_request("PUT", blog_request(draft.id).target, draft, etag))

    async def delete(self, blog_id: str, etag: str | None) -> None:
        await self._ask(write_request("DELETE", blog_request(blog_id).target, None, etag))

    async def exchange(self, request: Request) -> Exchange:
        answer = await self._send(request)
        return Exchange(entry=answer.entry, body=answer.body)

    async def close(self) -> None:
        await self._client.aclose()

    def _below(self, url: str) -> str:
        """Give what follows the backend's own path in *url*."""
        parts = urlsplit(url)
        target = parts.path.removeprefix(urlsplit(self.backend.url).path)
        return f"{target}?{parts.query}" if parts.query else target

    def _authorization(self) -> dict[str, str]:
        """Give the token's header, unless someone on the way could read it."""
        if self.token is None:
            return {}
        if self.token.problem:
            raise ApiError(self.token.problem, Failure.TOKEN)
        safe = self.backend.url.startswith("https://") or is_loopback(self.backend.url)
        if not (safe or self.plain_http_token):
            raise ApiError(
                f"{name_of(self.backend)} is plain http on another machine, where the write token "
                "could be read on the way: use https, or --plain-http-token if you accept that.",
                Failure.PLAIN_HTTP,
            )
        return {"Authorization": self.token.header()}

    def _conceal(self, words: str) -> str:
        return self.token.concealed(words) if self.token else words

    async def _blog(self, request: Request) -> Blog:
        answer = await self._ask(request)
        with self._understood(request.method):
            return parse_blog(answer.body, answer.response.headers.get("etag", ""))

    async def _ask(self, request: Request) -> _Answer:
        """Send, and give the answer when it is a success."""
        answer = await self._send(request)
        response = answer.response
        if response.is_success:
            return answer
        asked = (request.method, request.target.partition("?")[0])
        body = self._conceal(answer.body.decode(errors="replace")).encode()
        raise error_response(
            self.backend, asked, response.status_code, dict(response.headers), body
        )

    async def _send(self, request: Request) -> _Answer:
        """Send and read, and record how it went whatever happens."""
        headers = dict(request.headers) | (self._permission() if request.writes else {})
        # Loads what httpx would load during its first request, and count as the backend's time.
        await anyio.lowlevel.checkpoint()
        trace = RequestTrace(self.backend, request, self._conceal)
        try:
            response, body = await self._exchanged(request, headers, trace)
        except (httpx.HTTPError, httpx.InvalidURL, _TooLarge, TimeoutError) as error:
            failure = self._lost(request.method, error)
            trace.error = str(failure)
            failure.entry = self._recorded(trace)
            raise failure from error
        except BaseException:
            self._recorded(trace)
            raise
        return _Answer(response=response, body=body, entry=self._recorded(trace))

    def _recorded(self, trace: RequestTrace) -> LogEntry:
        entry = trace.entry()
        self.record(entry)
        return entry

    async def _exchanged(
        self, request: Request, headers: dict[str, str], trace: RequestTrace
    ) -> tuple[httpx.Response, bytes]:
        url = self.backend.url + request.target
        # httpx limits each wait of its own; an answer that drips could take forever.
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
            body = await _bounded(response)
            trace.received = len(body)
            return response, body

    def _permission(self) -> dict[str, str]:
        """Give the headers that let a write through; refuse it where none is wanted."""
        if self.read_only:
            raise ApiError(READ_ONLY, Failure.READ_ONLY)
        return self._authorization()

    def _lost(self, method: str, error: Exception) -> ApiError:
        """Turn a request without a usable answer into an error."""
        uncertain = method != "GET" and not isinstance(error, (*_NOT_SENT, httpx.InvalidURL))
        sentence = f"{name_of(self.backend)} {self._cause(error)}"
        return ApiError(text.line(sentence), Failure.UNREACHABLE, uncertain=uncertain)

    def _cause(self, error: Exception) -> str:
        if _is_tls(error):
            return "has a certificate that cannot be trusted: check the URL."
        for cause, sentence in _CAUSES:
            if isinstance(error, cause):
                return sentence.format(timeout=self.timeout, error=error)
        return "broke the connection off: try again."

    @contextmanager
    def _understood(self, method: str) -> Iterator[None]:
        try:
            yield
        except InvalidResponse as error:
            raise ApiError(
                f"{name_of(self.backend)} does not answer as a blog API ({error}): check the URL.",
                Failure.REFUSED,
                uncertain=method != "GET",
            ) from error


async def _bounded(response: httpx.Response) -> bytes:
    pieces = bytearray()
    async for piece in response.aiter_bytes():
        pieces += piece
        if len(pieces) > LARGEST_ANSWER:
            raise _TooLarge
    return bytes(pieces)


def _next(answer: _Answer) -> str | None:
    """Resolve the link to the next page; one that leaves the backend is not followed."""
    link = answer.response.links.get("next", {}).get("url")
    if link is None:
        return None
    here = str(answer.response.url)
    try:
        url = urljoin(here, link)
        elsewhere = urlsplit(url)[:3] != urlsplit(here)[:3]
    except ValueError as error:
        raise InvalidResponse("its next page has no address") from error
    if elsewhere:
        raise InvalidResponse("its next page is elsewhere")
    return url


def _is_tls(error: Exception) -> bool:
    """Look for a TLS failure below *error*: httpx has no class for it."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
