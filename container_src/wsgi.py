"""The WSGI application, and its composition root.

Only this module and ``gunicorn_conf`` read the environment variables.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from blog import database
from blog.auth import WriteAccess
from blog.cors import Cors, parse_origins
from blog.operations import ApiSettings, Operations
from blog.store import Store
from container_src.app import create_app
from container_src.gunicorn_conf import threads
from container_src.logging_json import RequestLog
from container_src.start_metric import report_start

if TYPE_CHECKING:  # this module exists only for type checkers
    from _typeshed.wsgi import WSGIApplication

_TASK_CHARACTERS: Final = 8


def _served_by(environ: Mapping[str, str]) -> str:
    """Return containers/<start of the task's id, or of the host name>."""
    segment = environ.get("ECS_CONTAINER_METADATA_URI_V4", "").rstrip("/").rpartition("/")[2]
    task = segment.partition("-")[0] or socket.gethostname()
    return f"containers/{task[:_TASK_CHARACTERS]}"


def _operations(environ: Mapping[str, str]) -> Operations:
    access = WriteAccess.from_settings(
        environ.get("OPEN_WRITES", "false"), environ.get("WRITE_TOKEN_SHA256", "")
    )
    settings = ApiSettings(
        served_by=_served_by(environ),
        access=access,
        log=logging.getLogger("blog"),
        cors=Cors(parse_origins(environ["CORS_ORIGINS"])),
    )
    return Operations(Store(database.connect(threads), environ["TABLE_NAME"]), settings)


def _application(environ: Mapping[str, str]) -> WSGIApplication:
    app: WSGIApplication = create_app(_operations(environ))
    endpoint = environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    if endpoint:
        # Its packages take time and memory: import it only with tracing.
        from container_src.tracing import traced  # noqa: PLC0415 - see above

        app = traced(app, endpoint)
    if environ.get("METRICS_NAMESPACE"):
        report_start(environ["METRICS_NAMESPACE"])
    return RequestLog(app)


app = _application(os.environ)
