"""The collector of traces, called by OpenTelemetry's own exporter."""

import asyncio
import io
import json

import aiohttp
import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SpanExportResult

from localcloud.runtimes.traces import Collector


@pytest.fixture
async def collector(tmp_path):
    made = Collector(tmp_path / "traces.log")
    await made.start()
    yield made
    await made.stop()


async def test_each_span_is_one_line_of_the_log(collector, tmp_path):
    provider = TracerProvider(
        resource=Resource.create({"service.name": "blog"}), shutdown_on_exit=False
    )
    tracer = provider.get_tracer("test")
    spans = [
        tracer.start_span(name, attributes={"http.response.status_code": 200})
        for name in ("GET /", "GET /blog\n")
    ]
    for span in spans:
        span.end(end_time=span.start_time + 1_500_000)
    sent = await asyncio.to_thread(OTLPSpanExporter(collector.url).export, spans)
    first, second = map(json.loads, (tmp_path / "traces.log").read_text().splitlines())
    trace_id = f"{spans[0].context.trace_id:032x}"

    assert sent is SpanExportResult.SUCCESS
    assert first["trace_id"] == f"1-{trace_id[:8]}-{trace_id[8:]}"
    assert (first["service"], first["name"], second["name"]) == ("blog", "GET /", "GET /blog\n")
    assert (first["milliseconds"], first["http.response.status_code"]) == (1.5, 200)
    assert first["timestamp"].endswith("+00:00")


@pytest.mark.parametrize(
    ("target", "body", "status"),
    [
        ("POST /v1/traces", b"\xff\xff", 400),
        ("POST /v1/traces", b"x" * ((4 << 20) + 1), 413),
        ("POST /v1/metrics", b"", 404),
        ("GET /v1/traces", b"", 404),
    ],
    ids=["invalid", "too large", "other path", "other method"],
)
async def test_everything_else_is_refused(collector, tmp_path, target, body, status):
    method, path = target.split()
    url = collector.url.replace("/v1/traces", path)
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, url, data=io.BytesIO(body)) as response,
    ):
        assert response.status == status

    assert not (tmp_path / "traces.log").exists()
