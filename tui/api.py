"""One backend over HTTP; only this and `surroundings` know httpx. It raises only `ApiError`."""

from __future__ import annotations

import asyncio
import json
import re
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urljoin, urlsplit

import anyio.lowlevel  # what httpx runs on
import httpx

from tui import text
from tui.backends import Backend
from tui.contract import Api, ApiError, Blog, Draft, Failure, LogEntry, Page
from tui.documents import Unreadable, is_tag, read_blog, read_blogs
from tui.failures import name_of, refusal
from tui.settings import Token, is_loopback
from tui.surroundings import transport_to, usable_surroundings

READ_TIMEOUT: Final = 30.0  # what the gateway in front of the functions allows
CONNECT_TIMEOUT: Final = 3.0
LARGEST_ANSWER: Final = 32 * 1024 * 1024
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,127}")
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
class _Request:
    """One request, before it is sent."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict, repr=False)  # may hold the token
    body: bytes | None = None

    @property
    def path(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """One answer, read to its end."""

    response: httpx.Response
    body: bytes


@dataclass(kw_only=True)
class HttpApi(Api):
    """The blogs of one backend."""

    backend: Backend
    token: Token | None
    record: Callable[[LogEntry], None]
    timeout: float = READ_TIMEOUT
    plain_http_token: bool = False
    transport: httpx.AsyncBaseTransport | None = None

    def __post_init__(self) -> None:
        # Connecting gets a little less than all the time, so that its end is told for what it is.
        connect = min(CONNECT_TIMEOUT, 0.9 * self.timeout)
        with usable_surroundings():
            self._client = httpx.AsyncClient(
                transport=self.transport or transport_to(self.backend.url),
                timeout=httpx.Timeout(self.timeout, connect=connect),
                headers={"User-Agent": "blogs", "Accept": "application/json"},
            )

    async def page(self, limit: int, after: str | None = None) -> Page:
        url = after or f"{self.backend.url}/blog?limit={limit}&view=summary"
        answer = await self._ask(_Request(method="GET", url=url))
        with self._understood("GET"):
            return Page(blogs=read_blogs(answer.body), next_url=_next(answer))

    async def read(self, blog_id: str) -> Blog:
        return await self._blog(_Request(method="GET", url=self._url(blog_id)))

    async def create(self, draft: Draft) -> Blog:
        return await self._blog(self._write("POST", f"{self.backend.url}/blog", draft))

    async def replace(self, draft: Draft, etag: str | None) -> Blog:
        return await self._blog(self._write("PUT", self._url(draft.id), draft, etag))

    async def delete(self, blog_id: str, etag: str | None) -> None:
        await self._ask(self._write("DELETE", self._url(blog_id), None, etag))

    async def close(self) -> None:
        await self._client.aclose()

    def _url(self, blog_id: str) -> str:
        """Build the blog's address; an id that is none could name something else."""
        if not _ID.fullmatch(blog_id):
            raise ApiError(
                f"“{text.line(blog_id, 40)}” is no id of a blog: list the blogs to see theirs.",
                Failure.MISSING,
            )
        return f"{self.backend.url}/blog/{blog_id}"

    def _write(
        self, method: str, url: str, draft: Draft | None, etag: str | None = None
    ) -> _Request:
        headers = self._authorization()
        if etag is not None:
            if not is_tag(etag):
                raise ApiError("The entity tag has characters that no tag has.", Failure.REFUSED)
            headers["If-Match"] = etag
        if draft is None:
            return _Request(method=method, url=url, headers=headers)
        headers["Content-Type"] = "application/json"
        body = json.dumps(vars(draft)).encode()
        return _Request(method=method, url=url, headers=headers, body=body)

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

    async def _blog(self, request: _Request) -> Blog:
        answer = await self._ask(request)
        with self._understood(request.method):
            return read_blog(answer.body, answer.response.headers.get("etag", ""))

    async def _ask(self, request: _Request) -> _Answer:
        """Send, and give the answer when it is a success."""
        answer = await self._send(request)
        response = answer.response
        if response.is_success:
            return answer
        asked = (request.method, request.url.removeprefix(self.backend.url).partition("?")[0])
        raise refusal(
            self.backend, asked, response.status_code, dict(response.headers), answer.body
        )

    async def _send(self, request: _Request) -> _Answer:
        """Send and read, and record how it went whatever happens."""
        # Loads what httpx would load during its first request, and count as the backend's time.
        await anyio.lowlevel.checkpoint()
        at = time.strftime("%H:%M:%S", time.gmtime())
        start = time.perf_counter()
        response: httpx.Response | None = None
        try:
            # httpx limits each wait of its own; an answer that drips could take forever.
            async with (
                asyncio.timeout(self.timeout),
                self._client.stream(
                    request.method, request.url, headers=request.headers, content=request.body
                ) as response,
            ):
                return _Answer(response=response, body=await _bounded(response))
        except (httpx.HTTPError, httpx.InvalidURL, _TooLarge, TimeoutError) as error:
            raise self._lost(request.method, error) from error
        finally:
            milliseconds = (time.perf_counter() - start) * 1000
            self.record(_entry(self.backend, request, response, at, milliseconds))

    def _lost(self, method: str, error: Exception) -> ApiError:
        """Turn a request without a usable answer into an error."""
        uncertain = method != "GET" and not isinstance(error, (*_NOT_SENT, httpx.InvalidURL))
        sentence = f"{name_of(self.backend)} {self._cause(error)}"
        return ApiError(text.line(sentence), Failure.UNREACHABLE, uncertain=uncertain)

    def _cause(self, error: Exception) -> str:
        if _is_tls(error):
            return "has a certificate that cannot be trusted: check the URL."
        for kind, sentence in _CAUSES:
            if isinstance(error, kind):
                return sentence.format(timeout=self.timeout, error=error)
        return "broke the connection off: try again."

    @contextmanager
    def _understood(self, method: str) -> Iterator[None]:
        try:
            yield
        except Unreadable as error:
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
        elsewhere = urlsplit(url)[:2] != urlsplit(here)[:2]
    except ValueError as error:
        raise Unreadable("its next page has no address") from error
    if elsewhere:
        raise Unreadable("its next page is elsewhere")
    return url


def _entry(
    backend: Backend,
    request: _Request,
    response: httpx.Response | None,
    at: str,
    milliseconds: float,
) -> LogEntry:
    headers = response.headers if response is not None else httpx.Headers()
    return LogEntry(
        kind=backend.kind,
        method=request.method,
        path=text.row(request.path),
        at=at,
        milliseconds=milliseconds,
        status=response.status_code if response is not None else None,
        cold=_is_cold(headers.get("server-timing")),
        served_by=text.row(headers.get("x-served-by", "-")),
    )


def _is_cold(timing: str | None) -> bool | None:
    """Tell whether the answer came from a cold start; None when it does not say."""
    if not timing:
        return None
    return "init" in {metric.partition(";")[0].strip() for metric in timing.split(",")}


def _is_tls(error: Exception) -> bool:
    """Look for a TLS failure below *error*: httpx has no class for it."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
