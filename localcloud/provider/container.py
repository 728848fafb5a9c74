"""What a task definition's container becomes as a process of this machine."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from localcloud.engine.provider import Properties, ProviderError

LOCAL: Final = "local"  # the image that is the project's own
_STOP_TIMEOUT_S: Final = 30  # ECS's own default


@dataclass(frozen=True)
class Container:
    """The one container of a task definition; *image* is `local`, or `local:TAG`."""

    image: str
    command: Sequence[str]
    working_directory: str
    environment: Mapping[str, str]
    port: int
    stop_timeout_s: float
    read_only: bool
    volumes: Sequence[str]
    cpu_units: int
    memory_mb: int


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
        image=declared["image"],
        command=[*declared.get("entryPoint", ()), *declared["command"]],
        working_directory=declared["workingDirectory"],
        environment=_environment(declared.get("environment", ())),
        port=int(declared["portMappings"][0]["containerPort"]),
        stop_timeout_s=float(declared.get("stopTimeout", _STOP_TIMEOUT_S)),
        read_only=bool(declared.get("readonlyRootFilesystem", False)),
        volumes=[mount["containerPath"] for mount in declared.get("mountPoints", ())],
        cpu_units=int(inputs["cpu"]),
        memory_mb=int(inputs["memory"]),
    )


def _environment(entries: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    return {entry["name"]: str(entry["value"]) for entry in entries}
