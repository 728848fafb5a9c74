"""What is declared about an HTTP API and its stage."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from localcloud.metrics import Meter, unmetered

DEFAULT: Final = (
    "$default"  # the route for requests that match no other, and the stage without a name
)

Target = Callable[[bytes], Awaitable[bytes]]


@dataclass(frozen=True, kw_only=True)
class Route:
    """A route key ("GET /blog/{id}", "ANY /x/{proxy+}", "$default") and its integration."""

    key: str
    target: Target
    timeout_s: float = 30.0


@dataclass(frozen=True, kw_only=True)
class Cors:
    """The CORS configuration, as declared."""

    allow_origins: Sequence[str] = ()
    allow_methods: Sequence[str] = ()
    allow_headers: Sequence[str] = ()
    expose_headers: Sequence[str] = ()
    max_age: int | None = None
    allow_credentials: bool = False


@dataclass(frozen=True, kw_only=True)
class Throttle:
    """The stage's limits: requests per second, and how many may come at once."""

    rate_limit: float
    burst_limit: int


@dataclass(frozen=True, kw_only=True)
class AccessLog:
    """The file of the access log, and its format with ``$context`` variables."""

    path: Path
    format: str


@dataclass(frozen=True, kw_only=True)
class GatewaySpec:
    """An HTTP API with one stage."""

    api_id: str
    stage: str = DEFAULT
    routes: Sequence[Route] = ()
    cors: Cors | None = None
    throttle: Throttle | None = None
    access_log: AccessLog | None = None
    meter: Meter = unmetered
