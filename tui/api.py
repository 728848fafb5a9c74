"""One backend over HTTP; only this and `surroundings` know httpx. It raises only `ApiError`."""

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
from tui.contract import (
    Api,
    ApiError,
    Blog,
    Draft,
    Exchange,
    Failure,
    LogEntry,
    Page,
    Question,
)
from tui.documents import Unreadable, read_blog, read_blogs
from tui.failures import READ_ONLY, name_of, refusal
from tui.questions import listing, reading, writing
from tui.recording import Recording
from tui.settings.backends import Backend
from tui.settings.values import Token, is_loopback
from tui.surroundings import transport_to, usable_surroundings

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
        with usable_surroundings():
            self._client = httpx.AsyncClient(
                transport=self.transport or transport_to(self.backend.url),
                timeout=httpx.Timeout(self.timeout, connect=connect),
                headers={"User-Agent": "blogs", "Accept": "application/json"},
            )

    def check_permission(self) -> None:
        self._permission()

    async def page(self, limit: int, after: str | None = None) -> Page:
        question = Question(method="GET", target=self._below(after)) if after else listing(limit)
        answer = await self._ask(question)
        with self._understood("GET"):
            return Page(blogs=read_blogs(answer.body), next_url=_next(answer))

    async def read(self, blog_id: str) -> Blog:
        return await self._blog(reading(blog_id))

    async def create(self, draft: Draft) -> Blog:
        return await self._blog(writing("POST", "/blog", draft))

    async def replace(self, draft: Draft, etag: str | None) -> Blog:
        return await self._blog(writing("PUT", reading(draft.id).target, draft, etag))

    async def delete(self, blog_id: str, etag: str | None) -> None:
        await self._ask(writing("DELETE", reading(blog_id).target, None, etag))

    async def exchange(self, question: Question) -> Exchange:
        answer = await self._send(question)
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

    async def _blog(self, question: Question) -> Blog:
        answer = await self._ask(question)
        with self._understood(question.method):
            return read_blog(answer.body, answer.response.headers.get("etag", ""))

    async def _ask(self, question: Question) -> _Answer:
        """Send, and give the answer when it is a success."""
        answer = await self._send(question)
        response = answer.response
        if response.is_success:
            return answer
        asked = (question.method, question.target.partition("?")[0])
        body = self._conceal(answer.body.decode(errors="replace")).encode()
        raise refusal(self.backend, asked, response.status_code, dict(response.headers), body)

    async def _send(self, question: Question) -> _Answer:
        """Send and read, and record how it went whatever happens."""
        headers = dict(question.headers) | (self._permission() if question.writes else {})
        # Loads what httpx would load during its first request, and count as the backend's time.
        await anyio.lowlevel.checkpoint()
        recording = Recording(self.backend, question, self._conceal)
        try:
            response, body = await self._exchanged(question, headers, recording)
        except (httpx.HTTPError, httpx.InvalidURL, _TooLarge, TimeoutError) as error:
            failure = self._lost(question.method, error)
            recording.error = str(failure)
            failure.entry = self._recorded(recording)
            raise failure from error
        except BaseException:
            self._recorded(recording)
            raise
        return _Answer(response=response, body=body, entry=self._recorded(recording))

    def _recorded(self, recording: Recording) -> LogEntry:
        entry = recording.entry()
        self.record(entry)
        return entry

    async def _exchanged(
        self, question: Question, headers: dict[str, str], recording: Recording
    ) -> tuple[httpx.Response, bytes]:
        url = self.backend.url + question.target
        # httpx limits each wait of its own; an answer that drips could take forever.
        async with (
            asyncio.timeout(self.timeout),
            self._client.stream(
                question.method,
                url,
                headers=headers,
                content=question.body,
                extensions={"trace": recording.watch.trace},
            ) as response,
        ):
            recording.head(response.status_code, response.headers.multi_items())
            body = await _bounded(response)
            recording.received = len(body)
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
        elsewhere = urlsplit(url)[:3] != urlsplit(here)[:3]
    except ValueError as error:
        raise Unreadable("its next page has no address") from error
    if elsewhere:
        raise Unreadable("its next page is elsewhere")
    return url


def _is_tls(error: Exception) -> bool:
    """Look for a TLS failure below *error*: httpx has no class for it."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
