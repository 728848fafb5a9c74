"""The log of a run: one row for each planned request, whatever happened to it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lab.backends import Backend
from lab.plan import WARM_UP_SLOT, Operation


class Outcome(StrEnum):
    """What happened to a planned request."""

    OK = "ok"
    """The expected response arrived. Only these rows have a place in the quantiles."""
    THROTTLED = "throttled"
    """The platform limits the rate: status 429, or 503 from API Gateway or Lambda."""
    ERROR = "error"
    """Another status, or no complete response. The row's *error* has the class."""
    DROPPED = "dropped"
    """Not sent: the greatest number of requests was in flight."""
    SKIPPED = "skipped"
    """Not sent: the request that was to create its blog failed, or has no response yet."""
    STOPPED = "stopped"
    """Not sent, or without a response: the run was stopped."""


class ErrorClass(StrEnum):
    """Why a request has no expected response. The last two are limits of the generator."""

    STATUS = "status"
    TIMEOUT = "timeout"
    CONNECT = "connect"
    CLOSED = "closed"
    TLS = "tls"
    DNS = "dns"
    PROTOCOL = "protocol"
    DESCRIPTORS = "descriptors"
    PORTS = "ports"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One request of the log.

    Times are in seconds from the start of the run, None if the moment never came. *app_ms*, *db_ms*
    and *init_ms* are those of `Server-Timing`. *cold* means that the response has *init_ms*.
    """

    number: int
    backend: Backend
    operation: Operation
    slot: int
    planned_s: float
    sent_s: float | None = None
    first_byte_s: float | None = None
    end_s: float | None = None
    outcome: Outcome
    status: int | None = None
    error: ErrorClass | None = None
    bytes: int = 0
    new_connection: bool = False
    app_ms: float | None = None
    db_ms: float | None = None
    init_ms: float | None = None
    served_by: str = ""

    @property
    def is_warm_up(self) -> bool:
        return self.slot == WARM_UP_SLOT

    @property
    def cold(self) -> bool:
        return self.init_ms is not None

    @property
    def latency_ms(self) -> float | None:
        """From the planned time to the last byte: what a user waits for."""
        return None if self.end_s is None else (self.end_s - self.planned_s) * 1000

    @property
    def service_ms(self) -> float | None:
        """From the actual sending to the last byte: without the delay of the generator."""
        if self.end_s is None or self.sent_s is None:
            return None
        return (self.end_s - self.sent_s) * 1000

    @property
    def lateness_ms(self) -> float | None:
        """From the planned time to the actual sending."""
        return None if self.sent_s is None else (self.sent_s - self.planned_s) * 1000
