"""What a task definition's container becomes as a process of this machine."""

from __future__ import annotations

import json
import shutil
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from localcloud.engine.provider import Properties, ProviderError
from localcloud.provider.image import LOCAL, Image

_STOP_TIMEOUT_S: Final = 30  # ECS's own default


@dataclass(frozen=True)
class Container:
    """The one container of a task definition."""

    command: Sequence[str]
    working_directory: str
    environment: Mapping[str, str]
    port: int
    stop_timeout_s: float


def read_container(inputs: Properties) -> Container:
    """Read the container definitions as declared."""
    try:
        (declared,) = json.loads(inputs["containerDefinitions"])
    except ValueError as error:
        raise ProviderError(f"containerDefinitions must hold one container: {error}") from error
    if str(declared.get("image")).partition(":")[0] != LOCAL:
        raise ProviderError(
            f"image {declared.get('image')!r} needs Docker; here the project's own container folder"
            f" runs as processes: set dockerImage to {LOCAL}"
        )
    for needed in ("command", "workingDirectory", "portMappings"):
        if not declared.get(needed):
            raise ProviderError(f"containerDefinitions: {needed} is needed to run here")
    return Container(
        command=[*declared.get("entryPoint", ()), *declared["command"]],
        working_directory=declared["workingDirectory"],
        environment=_environment(declared.get("environment", ())),
        port=int(declared["portMappings"][0]["containerPort"]),
        stop_timeout_s=float(declared.get("stopTimeout", _STOP_TIMEOUT_S)),
    )


def as_process(container: Container, image: Image) -> tuple[list[str], Path, dict[str, str]]:
    """Give the command, the folder and the environment that run the container here.

    Programs of this Python start without its .pth files: those would make the project's own folder
    importable, and a file that the image lacks would be missed in AWS only.
    """
    program, *arguments = container.command
    command = [program, *arguments]
    environment = dict(container.environment)
    found = shutil.which(program, path=str(Path(sys.executable).parent))
    if found and Path(found).read_bytes().startswith(b"#!") and found != sys.executable:
        command = [sys.executable, "-S", found, *arguments]
        environment["PYTHONPATH"] = sysconfig.get_path("purelib")
    return command, image.folder(container.working_directory), environment


def _environment(entries: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    return {entry["name"]: str(entry["value"]) for entry in entries}
