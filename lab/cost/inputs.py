"""What the model is calculated from. The defaults are those of the Pulumi program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Final

from lab.cost.errors import CostError
from lab.cost.tasks import Scaling
from lab.cost.traffic import Traffic

DEFAULT_REQUESTS: Final = 1_000_000
"""The requests of a month, if nothing else is known."""
LEAST_MB: Final = 128
MOST_MB: Final = 10_240
LEAST_STORAGE_MB: Final = 512
"""The ephemeral storage of a function that costs nothing."""


class Architecture(StrEnum):
    """The processors of functions and tasks."""

    ARM64 = "arm64"
    X86_64 = "x86_64"


class FreeTier(StrEnum):
    """What AWS does not charge. Each backend is calculated as if it had the whole free tier."""

    OFF = "off"
    ALWAYS = "always"
    """What every account has."""
    LEGACY = "legacy"
    """The first 12 months of an account made before 2025-07-15."""


_ALWAYS: Final = {
    "lambda-requests": Decimal(1_000_000),
    "lambda-duration": Decimal(400_000),
    "alarm-metrics": Decimal(10),
    "custom-metrics": Decimal(10),
    "logs": Decimal(5),
    "table-storage": Decimal(25),
    "data-out": Decimal(100),
}
_LEGACY: Final = {"http-api-requests": Decimal(1_000_000), "balancer-hours": Decimal(750)}
ALLOWANCES: Final[Mapping[FreeTier, Mapping[str, Decimal]]] = {
    FreeTier.OFF: {},
    FreeTier.ALWAYS: _ALWAYS,
    FreeTier.LEGACY: {**_ALWAYS, **_LEGACY},
}
"""The free quantity of each item in a month."""


@dataclass(frozen=True, kw_only=True)
class FunctionInputs:
    """The functions backend. *billed_ms* is the mean of the billed durations, without init."""

    memory_mb: int = 442
    billed_ms: Decimal = Decimal(30)
    cold_share: Decimal = Decimal("0.01")
    init_ms: Decimal = Decimal(400)
    log_bytes: Decimal = Decimal(1500)
    """The bytes that a request adds to the logs, those of the HTTP API included."""
    custom_metrics: int = 1
    route_metrics: int = 0
    """The metrics of the routes in use, with the setting routeMetrics: 6 for each."""
    functions: int = 5
    provisioned: int = 0
    """The environments that each function keeps ready (provisioned concurrency)."""
    snap_start: bool = False
    storage_mb: int = LEAST_STORAGE_MB

    def __post_init__(self) -> None:
        if not LEAST_MB <= self.memory_mb <= MOST_MB:
            raise CostError(
                f"A function has from {LEAST_MB} to {MOST_MB:,} MB of memory, not {self.memory_mb}."
            )
        if self.provisioned and self.snap_start:
            raise CostError("AWS allows either provisioned concurrency or SnapStart, not both.")
        if self.billed_ms < 1:
            raise CostError("AWS bills at least 1 ms for an invocation.")
        if not 0 <= self.cold_share <= 1:
            raise CostError("The share of cold starts must be from 0 to 1.")


@dataclass(frozen=True, kw_only=True)
class ContainerInputs:
    """The containers backend. Spot is a share of the task hours, and its discount (both 0 to 1)."""

    vcpus: Decimal = Decimal("0.25")
    memory_gb: Decimal = Decimal("0.5")
    scaling: Scaling = field(default_factory=Scaling)
    log_bytes: Decimal = Decimal(500)
    custom_metrics: int = 1
    addresses: int = 2
    """The public addresses of the load balancer: one in each zone."""
    image_gb: Decimal = Decimal("0.15")
    connection_s: Decimal = Decimal(60)
    """How long a connection to the load balancer stays open."""
    spot_share: Decimal = Decimal(0)
    spot_discount: Decimal = Decimal(0)
    nat_gateways: int = 0
    """This stack has none: its tasks have public addresses."""
    nat_gb: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        if not (0 <= self.spot_share <= 1 and 0 <= self.spot_discount <= 1):
            raise CostError("The share and the discount of Fargate Spot must be from 0 to 1.")


@dataclass(frozen=True, kw_only=True)
class SharedInputs:
    """What both backends use. Units and bytes are those of one request."""

    response_bytes: Decimal = Decimal(4096)
    read_units: Decimal = Decimal("0.9")
    write_units: Decimal = Decimal("0.2")
    table_gb: Decimal = Decimal(1)
    recovery_gb: Decimal = Decimal(1)
    alarm_metrics: int = 21
    dashboards: int = 1
    log_days: int = 14


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """Everything that a month's cost depends on, except the prices."""

    traffic: Traffic
    architecture: Architecture = Architecture.ARM64
    free_tier: FreeTier = FreeTier.OFF
    functions: FunctionInputs = field(default_factory=FunctionInputs)
    containers: ContainerInputs = field(default_factory=ContainerInputs)
    shared: SharedInputs = field(default_factory=SharedInputs)

    @property
    def allowances(self) -> Mapping[str, Decimal]:
        """The free quantity of each item in a month."""
        return ALLOWANCES[self.free_tier]
