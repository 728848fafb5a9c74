"""The two backends of a stack."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Backend(StrEnum):
    """The name of a backend, as in the outputs, the logs and the results."""

    FUNCTIONS = "functions"
    CONTAINERS = "containers"

    @property
    def other(self) -> Backend:
        return Backend.CONTAINERS if self is Backend.FUNCTIONS else Backend.FUNCTIONS


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where to send the requests for a backend. *url* has no slash at its end."""

    backend: Backend
    url: str
    token: str = field(default="", repr=False)
