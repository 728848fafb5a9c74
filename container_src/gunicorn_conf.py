"""gunicorn's settings, and so part of the composition root: it reads HOST, PORT and TMPDIR.

The process needs one writable folder, for the file by which the worker shows that it is alive:
/dev/shm, or else TMPDIR, or else /tmp. The task definition mounts a volume on /tmp, so that it
starts with a read-only root wherever there is no writable /dev/shm.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterable, Mapping
from typing import Final

from container_src import logging_json

_HEARTBEAT_FOLDERS: Final = ("/dev/shm", "/tmp")  # noqa: S108 - unlinked as soon as made


def address(environ: Mapping[str, str]) -> str:
    """Make the address to listen on."""
    host = environ.get("HOST", "0.0.0.0")  # noqa: S104 - the security group decides who gets here
    port = environ.get("PORT", "8080")
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def heartbeat_folder(folders: Iterable[str]) -> str:
    """Choose the first of *folders* that takes a file; without one, end with one clear line."""
    tried = [folder for folder in folders if folder]
    for folder in tried:
        try:
            tempfile.TemporaryFile(dir=folder).close()
        except OSError:
            continue
        return folder
    message = f"gunicorn needs one writable folder of {', '.join(tried)}: mount a volume on /tmp"
    sys.exit(json.dumps({"level": "CRITICAL", "message": message}))


bind = address(os.environ)
worker_class = "container_src.worker.Worker"
workers = 1
threads = 16
# Longer than the load balancer's idle time-out of 60 s, or it would meet closed connections.
keepalive = 75
# Within the target group's deregistration delay, so that the balancer has let go before.
graceful_timeout = 15
worker_tmp_dir = heartbeat_folder(
    (_HEARTBEAT_FOLDERS[0], os.environ.get("TMPDIR", ""), _HEARTBEAT_FOLDERS[1])
)
limit_request_line = 8190  # as long as gunicorn can be told; the gateway takes a little more
# Longer than what gunicorn allows by itself: a list of entity tags can be long.
limit_request_field_size = 16384
limit_request_fields = 200
# No client and no proxy may move the application to another path or scheme.
forwarded_allow_ips = ""
forwarder_headers = ""
secure_scheme_headers: dict[str, str] = {}
# Its socket would need a writable home.
control_socket_disable = True
logconfig_dict = logging_json.CONFIG
