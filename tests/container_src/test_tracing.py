"""The traces of the containers."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from werkzeug.test import Client

from container_src.tracing import Sampling, TracedRequests, TraceHeader, _RequestTraceId
from tests.blog.databases import PROJECT, environment
from tests.container_src.conftest import running

ROOT = "Root=1-67891233-abcdef012345678912345678"
TRACE_ID = 0x67891233ABCDEF012345678912345678
PARENT = "Parent=53995c3f42cd8ad8"
_LARGEST = (1 << 64) - 1


@pytest.mark.parametrize(
    ("value", "header"),
    [
        (ROOT, TraceHeader(TRACE_ID, 0, None)),
        (f"Self=1-0-1; {ROOT} ;A=b", TraceHeader(TRACE_ID, 0, None)),
        (f"{ROOT};{PARENT};Sampled=1", TraceHeader(TRACE_ID, 0x53995C3F42CD8AD8, sampled=True)),
        (f"{ROOT};Parent=x;Sampled=0", TraceHeader(TRACE_ID, 0, sampled=False)),
        (f"{ROOT};Sampled=?", TraceHeader(TRACE_ID, 0, None)),
        ("", None),
        ("Root=1-67891233-ABCDEF012345678912345678", None),
        ("Root=1-00000000-000000000000000000000000", None),
        (";=;Root", None),
    ],
)
def test_trace_header_is_read_with_or_without_a_parent(value, header):
    assert TraceHeader.parse(value) == header


def test_first_request_of_each_second_is_traced_and_five_percent_of_the_others():
    now = [10.0]
    sampling = Sampling(lambda: now[0])
    seldom = TraceHeader(_LARGEST, 0, None)
    often = TraceHeader(_LARGEST // 21, 0, None)

    assert [sampling.includes(seldom) for _ in range(3)] == [True, False, False]
    assert sampling.includes(often)
    assert not sampling.includes(TraceHeader(_LARGEST // 19, 0, None))
    now[0] += 1.0
    assert [sampling.includes(seldom) for _ in range(2)] == [True, False]


def test_decision_of_the_caller_has_precedence():
    sampling = Sampling()

    assert not sampling.includes(TraceHeader(1, 0, sampled=False))
    assert all(sampling.includes(TraceHeader(_LARGEST, 0, sampled=True)) for _ in range(3))


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def client(spans) -> Client:
    """An app that returns the status in the last part of the path, with tracing."""
    provider = TracerProvider(id_generator=_RequestTraceId(), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(spans))

    def app(environ, start_response):
        start_response(f"{environ['PATH_INFO'].rpartition('/')[2]} Any", [])
        return [b""]

    return Client(TracedRequests(app, provider.get_tracer("test"), Sampling()))


@pytest.mark.parametrize(
    ("path", "name", "status"),
    [
        ("/blog/200", "GET /blog/{id}", 200),
        ("/x/404", "GET", 404),
        ("/blog/500", "GET /blog/{id}", 500),
    ],
)
def test_span_has_the_request_and_its_status(client, spans, path, name, status):
    client.get(path, headers={"X-Amzn-Trace-Id": f"{ROOT};Sampled=1", "Host": "blog.example"})
    (span,) = spans.get_finished_spans()

    assert (span.name, span.kind.name, span.parent) == (name, "SERVER", None)
    assert span.context.trace_id == TRACE_ID
    assert span.status.is_ok is (status < 500)
    assert span.attributes["http.response.status_code"] == status
    assert span.attributes["http.request.method"] == "GET"
    assert span.attributes["url.path"] == path
    assert span.attributes["server.address"] == "blog.example"


def test_span_of_the_caller_becomes_the_parent(client, spans):
    client.get("/200", headers={"X-Amzn-Trace-Id": f"{ROOT};{PARENT};Sampled=1"})
    (span,) = spans.get_finished_spans()

    assert (span.parent.trace_id, span.parent.span_id) == (TRACE_ID, 0x53995C3F42CD8AD8)
    assert span.context.trace_id == TRACE_ID


@pytest.mark.parametrize("headers", [{}, {"X-Amzn-Trace-Id": f"{ROOT};Sampled=0"}])
def test_health_checks_and_unsampled_requests_have_no_span(client, spans, headers):
    assert client.get("/200", headers=headers).status_code == 200
    assert spans.get_finished_spans() == ()


class Collector(HTTPServer):
    """Receives spans as the collector of the task does."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Receiver)
        self.received: list[ExportTraceServiceRequest] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1/traces"


class _Receiver(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append(ExportTraceServiceRequest.FromString(body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_task_sends_its_last_spans_before_it_ends(dynalite, table, collector):
    variables = {
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": collector.url,
        "OTEL_SERVICE_NAME": "blog-test-containers",
    }
    with running(dynalite.endpoint, table, **variables) as server:
        server.request("GET", "/blog/none", X_Amzn_Trace_Id=ROOT)
        line = server.wait_for_log("/blog/none")
        assert server.stop() == 0
    (sent,) = (spans for request in collector.received for spans in request.resource_spans)
    (span,) = sent.scope_spans[0].spans
    names = {entry.key: entry.value.string_value for entry in sent.resource.attributes}

    assert names["service.name"] == "blog-test-containers"
    assert (span.name, span.kind) == ("GET /blog/{id}", Span.SPAN_KIND_SERVER)
    assert (span.trace_id, span.parent_span_id) == (TRACE_ID.to_bytes(16), b"")
    assert span.status.code == Status.STATUS_CODE_UNSET
    assert line["request_id"] == "1-67891233-abcdef012345678912345678"  # the trace id


def test_without_tracing_its_packages_are_not_imported(dynalite):
    program = "import sys, container_src.wsgi; print([*sys.modules])"
    variables = {"TABLE_NAME": "t", "OPEN_WRITES": "true", "CORS_ORIGINS": "*"}
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=PROJECT,
        env={**environment(dynalite.endpoint), **variables},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "'container_src.app'" in ran.stdout
    for package in ("opentelemetry", "requests", "google.protobuf", "container_src.tracing"):
        assert f"'{package}'" not in ran.stdout
