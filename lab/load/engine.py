"""Send the requests of a plan, each at its planned time, whatever happens to the others.

It uses aiohttp because the generator shares the machine with the backends: httpx needs about ten
times the CPU per request. Nothing is retried, redirected, decompressed or sent through a proxy.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from types import SimpleNamespace

import aiohttp

from lab.backends import Backend, Target
from lab.load.requests import HttpRequest, http_request
from lab.load.responses import error_class, outcome, server_name, server_times
from lab.plan import Operation, PlannedRequest
from lab.rows import ErrorClass, Outcome, Row


@dataclass(frozen=True, kw_only=True)
class Limits:
    """At most *max_in_flight* requests per target, each for at most *timeout_s* seconds."""

    max_in_flight: int
    timeout_s: float


@dataclass
class _Exchange:
    """What is known of a sent request. The names are those of `Row`."""

    sent_s: float
    first_byte_s: float | None = None
    end_s: float | None = None
    status: int | None = None
    error: ErrorClass | None = None
    bytes: int = 0
    new_connection: bool = False
    app_ms: float | None = None
    db_ms: float | None = None
    init_ms: float | None = None
    served_by: str = ""


class Engine:
    """Sends *requests*, which are in the order of their times, and passes each row to *on_row*."""

    def __init__(
        self,
        requests: Sequence[PlannedRequest],
        targets: Mapping[Backend, Target],
        limits: Limits,
        on_row: Callable[[Row], None],
    ) -> None:
        self.in_flight = dict.fromkeys(targets, 0)
        self.peak_in_flight = dict.fromkeys(targets, 0)
        self._requests = requests
        self._targets = targets
        self._limits = limits
        self._on_row = on_row
        self._start = 0.0
        self._sessions: dict[Backend, aiohttp.ClientSession] = {}
        self._created: set[int] = set()
        self._without_row = {request.number: request for request in requests}

    async def run(self, start: float, stop: asyncio.Event) -> None:
        """Send the requests until *stop* is set. The run starts at *start* (`time.monotonic`)."""
        self._start = start
        async with AsyncExitStack() as stack:
            for backend in self._targets:
                session = _session(self._limits)
                self._sessions[backend] = await stack.enter_async_context(session)
            sending = asyncio.ensure_future(self._send_all())
            stopping = asyncio.ensure_future(stop.wait())
            try:
                await asyncio.wait({sending, stopping}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                stopping.cancel()
                sending.cancel()
                with suppress(asyncio.CancelledError):
                    await sending
        for request in list(self._without_row.values()):
            self._log(request, Outcome.STOPPED)

    def _now(self) -> float:
        return time.monotonic() - self._start

    async def _send_all(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            for request in self._requests:
                while (delay := request.planned_s - self._now()) > 0:  # noqa: ASYNC110  # uvloop may be early
                    await asyncio.sleep(delay)
                refused = self._reason_not_to_send(request)
                if refused:
                    self._log(request, refused)
                else:
                    self._count(request.backend, 1)
                    tasks.create_task(self._send(request))

    def _reason_not_to_send(self, request: PlannedRequest) -> Outcome | None:
        if request.after is not None and request.after not in self._created:
            return Outcome.SKIPPED
        if self.in_flight[request.backend] >= self._limits.max_in_flight:
            return Outcome.DROPPED
        return None

    async def _send(self, request: PlannedRequest) -> None:
        http = http_request(request, self._targets[request.backend])
        exchange = _Exchange(self._now())
        try:
            result = await self._exchange(request.backend, http, exchange)
        except asyncio.CancelledError:
            self._log(request, Outcome.STOPPED, exchange)
            raise
        except (aiohttp.ClientError, OSError) as error:
            exchange.error = error_class(error)
            result = Outcome.ERROR
        finally:
            self._count(request.backend, -1)
        if result is Outcome.OK and request.operation is Operation.POST:
            self._created.add(request.number)
        self._log(request, result, exchange)

    async def _exchange(self, backend: Backend, http: HttpRequest, exchange: _Exchange) -> Outcome:
        """Send *http* and read the whole response. Fill in *exchange* while it goes on."""
        async with self._sessions[backend].request(
            http.method,
            f"{self._targets[backend].url}{http.path}",
            data=http.body,
            headers=http.headers,
            allow_redirects=False,
            trace_request_ctx=exchange,
        ) as response:
            exchange.first_byte_s = self._now()
            exchange.status = response.status
            body = await response.read()
        exchange.end_s = self._now()
        exchange.bytes = len(body)
        times = server_times(response.headers)
        exchange.app_ms, exchange.db_ms = times.get("app"), times.get("db")
        exchange.init_ms = times.get("init")
        exchange.served_by = server_name(response.headers)
        result = outcome(response.status, http.expected, response.content_type, body)
        if result is Outcome.ERROR:
            exchange.error = ErrorClass.STATUS
        return result

    def _count(self, backend: Backend, change: int) -> None:
        self.in_flight[backend] += change
        self.peak_in_flight[backend] = max(self.peak_in_flight[backend], self.in_flight[backend])

    def _log(
        self, request: PlannedRequest, result: Outcome, exchange: _Exchange | None = None
    ) -> None:
        del self._without_row[request.number]
        self._on_row(row_of(request, result, exchange))


def row_of(request: PlannedRequest, result: Outcome, exchange: _Exchange | None = None) -> Row:
    """Return the row of *request*; without an *exchange*, it was not sent."""
    return Row(
        number=request.number,
        backend=request.backend,
        operation=request.operation,
        slot=request.slot,
        planned_s=request.planned_s,
        outcome=result,
        **(exchange.__dict__ if exchange else {}),
    )


def _session(limits: Limits) -> aiohttp.ClientSession:
    trace = aiohttp.TraceConfig()
    trace.on_connection_create_end.append(_mark_new_connection)
    session = aiohttp.ClientSession(
        auto_decompress=False,
        connector=aiohttp.TCPConnector(limit=limits.max_in_flight),
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=("Accept-Encoding",),
        timeout=aiohttp.ClientTimeout(total=limits.timeout_s),
        trace_configs=[trace],
    )
    # aiohttp has no option for this: it sends a GET again if a kept connection was closed.
    session._retry_connection = False  # noqa: SLF001
    return session


async def _mark_new_connection(
    _session: aiohttp.ClientSession,
    context: SimpleNamespace,
    _parameters: aiohttp.TraceConnectionCreateEndParams,
) -> None:
    context.trace_request_ctx.new_connection = True
