"""Log one JSON object per line, with the id of the request."""

from __future__ import annotations

import json
import logging
import re
import time
import uuid
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:  # this module exists only for type checkers
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_TRACE_ID: Final = re.compile(r"(?:^|;)\s*Root=([0-9A-Za-z-]{1,100})(?:;|$)")
_request_id: Final[ContextVar[str | None]] = ContextVar("request_id", default=None)
_log: Final = logging.getLogger(__name__)

# For gunicorn's logconfig_dict, which configures all loggers of the process.
CONFIG: Final[dict[str, Any]] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "container_src.logging_json.JsonFormatter"}},
    "handlers": {
        "stdout": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout",
            "formatter": "json",
        }
    },
    "root": {"level": "INFO", "handlers": ["stdout"]},
    "loggers": {
        "botocore": {"level": "WARNING"},
        "gunicorn.error": {"level": "INFO", "handlers": [], "propagate": True},
        # RequestLog replaces it, with the id and the duration of the request.
        "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
    },
}


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of ASCII."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": _request_id.get(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


class RequestLog:
    """WSGI middleware that logs every request with its response status."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        token = _request_id.set(_id_of(environ))
        start = time.perf_counter()
        status = ""

        def started(line: str, *rest: Any) -> Callable[[bytes], object]:  # noqa: ANN401 - passed on
            nonlocal status
            status = line
            return start_response(line, *rest)

        try:
            return self._app(environ, started)
        finally:
            _log.info("Request served", extra={"fields": _fields(environ, status, start)})
            _request_id.reset(token)


def _fields(environ: WSGIEnvironment, status: str, start: float) -> dict[str, object]:
    return {
        "method": environ["REQUEST_METHOD"],
        "path": environ["PATH_INFO"],
        "status": int(status.partition(" ")[0] or 500),
        "milliseconds": round((time.perf_counter() - start) * 1000, 3),
    }


def _id_of(environ: WSGIEnvironment) -> str:
    """Return the trace id from the load balancer, or a new id."""
    trace_id = _TRACE_ID.search(environ.get("HTTP_X_AMZN_TRACE_ID", ""))
    return trace_id[1] if trace_id else str(uuid.uuid4())
