"""Send traces of requests to the OpenTelemetry collector of the task.

``wsgi`` imports this module only with tracing: its packages take time and memory.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from blog import routes
from blog.errors import UnknownPath

if TYPE_CHECKING:  # this module exists only for type checkers
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# The default rule of X-Ray, which Lambda applies too.
_ALWAYS_EACH_SECONDS: Final = 1.0
_SHARE_OF_THE_OTHERS: Final = 0.05
_RANDOM_BITS: Final = 64  # of a trace id; the bits before them may be a time
# The collector is in the same task. At the end of the task, a missing one must not delay it.
_EXPORT_SECONDS: Final = 2.0
_ROOT: Final = re.compile(r"1-([0-9a-f]{8})-([0-9a-f]{24})")
_PARENT: Final = re.compile(r"[0-9a-f]{16}")
_trace_id: Final[ContextVar[int]] = ContextVar("trace_id")


@dataclass(frozen=True)
class TraceHeader:
    """The field X-Amzn-Trace-Id of a request; *parent* is 0 if the field has none."""

    trace_id: int
    parent: int
    sampled: bool | None

    @classmethod
    def parse(cls, value: str) -> TraceHeader | None:
        """Read the field; return None if it has no valid trace id.

        The load balancer sends only a trace id. OpenTelemetry's propagator ignores such a field
        (open-telemetry/opentelemetry-python-contrib#1875).
        """
        parts = dict(part.strip().partition("=")[::2] for part in value.split(";"))
        root = _ROOT.fullmatch(parts.get("Root", ""))
        trace_id = int("".join(root.groups()), 16) if root else 0
        if not trace_id:
            return None
        parent = parts.get("Parent", "")
        return cls(
            trace_id=trace_id,
            parent=int(parent, 16) if _PARENT.fullmatch(parent) else 0,
            sampled={"0": False, "1": True}.get(parts.get("Sampled", "")),
        )


class Sampling:
    """Chooses the requests to trace: the first of each second, and a share of the others."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._next = clock()

    def includes(self, header: TraceHeader) -> bool:
        """Return True if the request must be traced; a decision in the header has precedence."""
        if header.sampled is not None:
            return header.sampled
        now = self._clock()
        with self._lock:
            if now >= self._next:
                self._next = now + _ALWAYS_EACH_SECONDS
                return True
        return header.trace_id % (1 << _RANDOM_BITS) < _SHARE_OF_THE_OTHERS * (1 << _RANDOM_BITS)


class _RequestTraceId(RandomIdGenerator):
    """Starts each trace with the trace id of the request."""

    def generate_trace_id(self) -> int:
        return _trace_id.get()


class TracedRequests:
    """WSGI middleware that records a span of each sampled request.

    Requests without a trace id, such as health checks, did not come through the load balancer.
    """

    def __init__(self, app: WSGIApplication, tracer: trace.Tracer, sampling: Sampling) -> None:
        self._app = app
        self._tracer = tracer
        self._sampling = sampling

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        header = TraceHeader.parse(environ.get("HTTP_X_AMZN_TRACE_ID", ""))
        if header is None or not self._sampling.includes(header):
            return self._app(environ, start_response)
        span = self._span(environ, header)

        def started(line: str, *rest: Any) -> Callable[[bytes], object]:  # noqa: ANN401 - passed on
            _set_status(span, int(line.partition(" ")[0]))
            return start_response(line, *rest)

        with trace.use_span(span, end_on_exit=True):
            return self._app(environ, started)

    def _span(self, environ: WSGIEnvironment, header: TraceHeader) -> trace.Span:
        _trace_id.set(header.trace_id)
        method, route = environ["REQUEST_METHOD"], _route(environ["PATH_INFO"])
        attributes = {
            "http.request.method": method,
            "server.address": environ.get("HTTP_HOST", ""),
            "url.path": environ["PATH_INFO"],
            "url.scheme": environ["wsgi.url_scheme"],
        }
        if route:
            attributes["http.route"] = route
        return self._tracer.start_span(
            f"{method} {route}".rstrip(),
            _parent(header),
            kind=trace.SpanKind.SERVER,
            attributes=attributes,
        )


def traced(app: WSGIApplication, endpoint: str) -> WSGIApplication:
    """Return *app* with tracing; the spans go to *endpoint* (OTLP over HTTP), in batches.

    OpenTelemetry reads the name of the service from the environment, and sends the last spans when
    the process ends.
    """
    provider = TracerProvider(sampler=ALWAYS_ON, id_generator=_RequestTraceId())
    exporter = OTLPSpanExporter(endpoint, timeout=_EXPORT_SECONDS)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return TracedRequests(app, provider.get_tracer(__name__), Sampling())


def _parent(header: TraceHeader) -> Context:
    if not header.parent:
        return Context()
    parent = trace.SpanContext(
        header.trace_id,
        header.parent,
        is_remote=True,
        trace_flags=trace.TraceFlags(trace.TraceFlags.SAMPLED),
    )
    return trace.set_span_in_context(trace.NonRecordingSpan(parent), Context())


def _route(path: str) -> str:
    try:
        return routes.find(path)[0].template
    except UnknownPath:
        return ""


def _set_status(span: trace.Span, status: int) -> None:
    span.set_attribute("http.response.status_code", status)
    if status >= 500:  # noqa: PLR2004 - a client's error is not one of the server
        span.set_status(trace.StatusCode.ERROR)
