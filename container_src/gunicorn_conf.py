"""The settings of gunicorn. This module reads the variables HOST, PORT and TMPDIR.

gunicorn needs one writable folder for the heartbeat file of its worker: /dev/shm, TMPDIR or /tmp.
The task definition mounts a volume on /tmp, because the root file system is read-only and a task
may have no writable /dev/shm.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterable, Mapping
from typing import Final

from container_src import connection, logging_json

_HEARTBEAT_FOLDERS: Final = ("/dev/shm", "/tmp")  # noqa: S108 - unlinked after creation


def address(environ: Mapping[str, str]) -> str:
    """Return the address to listen on."""
    host = environ.get("HOST", "0.0.0.0")  # noqa: S104 - the security group restricts access
    port = environ.get("PORT", "8080")
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def heartbeat_folder(folders: Iterable[str]) -> str:
    """Return the first writable folder of *folders*; exit with a log line if there is none."""
    candidates = [folder for folder in folders if folder]
    for folder in candidates:
        try:
            tempfile.TemporaryFile(dir=folder).close()
        except OSError:
            continue
        return folder
    message = f"None of {', '.join(candidates)} is writable. Mount a volume on /tmp."
    sys.exit(json.dumps({"level": "CRITICAL", "message": message}))


bind = address(os.environ)
worker_class = "container_src.worker.Worker"
pre_request = connection.pre_request
workers = 1
threads = 16
# Longer than the load balancer's idle timeout of 60 s: a shorter one causes 502 responses.
keepalive = 75
# Shorter than the deregistration delay of the target group (20 s).
graceful_timeout = 15
worker_tmp_dir = heartbeat_folder(
    (_HEARTBEAT_FOLDERS[0], os.environ.get("TMPDIR", ""), _HEARTBEAT_FOLDERS[1])
)
limit_request_line = 8190  # the maximum of gunicorn; API Gateway accepts a little more
# Larger than the default: a list of entity tags can be long.
limit_request_field_size = 16384
limit_request_fields = 200
# No header of a client or proxy changes the path or the scheme of the application.
forwarded_allow_ips = ""
forwarder_headers = ""
secure_scheme_headers: dict[str, str] = {}
# Its socket needs a writable home directory.
control_socket_disable = True
logconfig_dict = logging_json.CONFIG
