"""The environment of every process that the local cloud starts, built from scratch.

The user's AWS settings (keys, profiles, configuration files, proxies, endpoints) must not reach any
part of the local cloud: a stray setting could make it connect to AWS.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

REGION: Final = "eu-west-1"
PARTITION: Final = "aws"
ACCOUNT_ID: Final = "000000000000"
_KEPT: Final = ("LANG", "LC_ALL", "LC_CTYPE", "TMPDIR")
# Variables that a program cannot declare here: they would send requests to other machines.
_REMOTE: Final = re.compile(
    r"AWS_(ENDPOINT_URL.*|(DEFAULT_)?PROFILE|SESSION_TOKEN|XRAY_DAEMON_ADDRESS)|.*_PROXY"
    r"|OTEL_EXPORTER_.*_ENDPOINT",
    re.IGNORECASE,
)


def clean_environment(endpoint: str, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment with dummy credentials, a fixed region and DynamoDB at *endpoint*.

    *extra* holds the declared variables; they cannot override what keeps the process local.
    """
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    declared = {name: value for name, value in (extra or {}).items() if not _REMOTE.fullmatch(name)}
    local = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"]),
        "HOME": "/nonexistent",
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": "/nonexistent",
        "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ENDPOINT_URL_DYNAMODB": endpoint,
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
        "NO_PROXY": "*",
    }
    return {"TZ": "UTC", **kept, **declared, **local}
