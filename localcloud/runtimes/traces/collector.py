"""An OpenTelemetry collector for all tasks: it receives OTLP over HTTP and logs each span.

In AWS, each task has a collector of its own. Here, tasks share one loopback interface.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from localcloud.append_log import AppendLog
from localcloud.ports import HOST
from localcloud.request_body import BodyTooLarge, read_body

_PATH: Final = "/v1/traces"
_BODY_LIMIT: Final = 4 << 20
_NANOSECONDS: Final = 1_000_000_000


class Collector:
    """The collector at *url*; *log* gets one line of JSON for each span."""

    def __init__(self, log: Path) -> None:
        self._log = AppendLog(log)
        self._runner: web.ServerRunner | None = None
        self.url = ""

    async def start(self) -> None:
        """Listen on a free port."""
        self._runner = web.ServerRunner(web.Server(self._handle, access_log=None))
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, 0).start()
        self.url = f"http://{HOST}:{self._runner.addresses[0][1]}{_PATH}"

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def _handle(self, request: web.BaseRequest) -> web.Response:
        if (request.method, request.path) != ("POST", _PATH):
            return web.Response(status=HTTPStatus.NOT_FOUND)
        try:
            body = await read_body(request, _BODY_LIMIT)
            lines = [json.dumps(line) + "\n" for line in read_spans(body)]
        except BodyTooLarge:
            return web.Response(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        except DecodeError:
            return web.Response(status=HTTPStatus.BAD_REQUEST)
        self._log.write("".join(lines).encode())
        return web.Response(content_type="application/x-protobuf")


def read_spans(body: bytes) -> Iterator[Mapping[str, Any]]:
    """Yield a line for the log for each span in the body of an export request."""
    for sent in ExportTraceServiceRequest.FromString(body).resource_spans:
        service = _attributes(sent.resource.attributes).get("service.name")
        for scope in sent.scope_spans:
            yield from (_line(span, service) for span in scope.spans)


def _line(span: Span, service: object) -> Mapping[str, Any]:
    trace_id = span.trace_id.hex()
    started = datetime.fromtimestamp(span.start_time_unix_nano / _NANOSECONDS, UTC)
    took = span.end_time_unix_nano - span.start_time_unix_nano
    return {
        "timestamp": started.isoformat(),
        "trace_id": f"1-{trace_id[:8]}-{trace_id[8:]}",  # as X-Ray shows it
        "service": service,
        "name": span.name,
        "milliseconds": round(took / 1_000_000, 3),
        **_attributes(span.attributes),
    }


def _attributes(entries: Iterable[KeyValue]) -> dict[str, Any]:
    return {
        entry.key: getattr(entry.value, kind)
        for entry in entries
        if (kind := entry.value.WhichOneof("value")) in {"string_value", "int_value"}
    }
