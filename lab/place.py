"""Where a comparison runs: the backends, and what is known of their deployment."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from importlib import metadata
from typing import Any, Final

from lab.backends import Backend, Target
from lab.results import Environment

_OUTPUTS: Final = (
    *("FunctionMemory", "FunctionVCPU", "TaskCpu", "TaskMemory", "TaskVCPU"),
    *("Architecture", "Region", "ComparisonNotes"),
)
"""The outputs that a results file keeps. Others may be secret."""
_PACKAGES: Final = ("uvloop", "numpy")


@dataclass(frozen=True, kw_only=True)
class Place:
    """The backends to compare. *command* is the command line, for the report."""

    targets: Mapping[Backend, Target]
    command: str
    stack: str = ""
    region: str = ""
    is_local: bool = False
    outputs: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def urls(self) -> dict[Backend, str]:
        return {backend: target.url for backend, target in self.targets.items()}

    def environment(
        self, started: datetime, notes: Sequence[str], engine: str = "aiohttp"
    ) -> Environment:
        """Return what the results file says of this place. It has nothing secret.

        *engine* is the package that sends the requests.
        """
        return Environment(
            command=self.command,
            started_at=f"{started:%Y-%m-%dT%H:%M:%SZ}",
            versions=_versions(engine),
            urls=self.urls,
            stack=self.stack,
            is_local=self.is_local,
            region=self.region,
            comparison_notes=notes,
            outputs={name: self.outputs[name] for name in _OUTPUTS if name in self.outputs},
        )


def _versions(engine: str) -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in (engine, *_PACKAGES):
        with suppress(metadata.PackageNotFoundError):
            found[package] = metadata.version(package)
    return found
