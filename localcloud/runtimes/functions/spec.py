"""What a program declares about a function, and the variables that Lambda sets."""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Final

VERSION: Final = "$LATEST"
RUNTIME: Final = f"python{sys.version_info.major}.{sys.version_info.minor}"  # this interpreter


@dataclass(frozen=True, kw_only=True)
class FunctionSpec:
    """One declared function; *package* is its unpacked code, *concurrency* the upper limit.

    *xray_daemon* is the address that receives its traces; empty if it must send none.
    """

    name: str
    arn: str
    handler: str
    package: Path
    environment: Mapping[str, str]
    memory_mb: int
    timeout_s: float
    concurrency: int
    log: Path
    xray_daemon: str = ""


def new_log_stream() -> str:
    """Return a log stream name as in Lambda: day, version, and 32 random hexadecimal digits."""
    return f"{datetime.now(UTC):%Y/%m/%d}/[{VERSION}]{uuid.uuid4().hex}"


def variables(spec: FunctionSpec, runtime_api: str, log_stream: str) -> dict[str, str]:
    """Return the declared variables and those that Lambda sets, which take precedence."""
    return {
        "LANG": "en_US.UTF-8",
        **spec.environment,
        "PYTHONPATH": os.pathsep.join([str(spec.package), str(_runtime_folder())]),
        "_HANDLER": spec.handler,
        "LAMBDA_TASK_ROOT": str(spec.package),
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "AWS_LAMBDA_FUNCTION_NAME": spec.name,
        "AWS_LAMBDA_FUNCTION_VERSION": VERSION,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(spec.memory_mb),
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{spec.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{RUNTIME}",
    }


def command(spec: FunctionSpec) -> list[str]:
    # -S: the .pth files of this installation would make the project's folder importable, and a
    # module missing from the package would go unnoticed.
    return [sys.executable, "-S", "-m", "awslambdaric", spec.handler]


def _runtime_folder() -> Path:
    found = find_spec("awslambdaric")
    if found is None or found.origin is None:
        raise RuntimeError("awslambdaric is not installed")
    return Path(found.origin).parents[1]
