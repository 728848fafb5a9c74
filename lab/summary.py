"""The figures of a run, as results, reports, thresholds and screens show them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lab.backends import Backend
from lab.plan import Operation
from lab.rows import ErrorClass

QUANTILES: Final = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p99.9": 0.999}


class Support(StrEnum):
    """Whether there are enough samples for a quantile."""

    FULL = "full"
    MARKED = "marked"
    """Shown with a mark, without an interval."""
    NONE = "none"
    """Not shown."""


@dataclass(frozen=True, kw_only=True)
class Quantile:
    """A quantile in milliseconds (`inverted_cdf`); None without support."""

    value: float | None
    support: Support


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """Quantiles by name (`QUANTILES`), and the greatest value, in milliseconds."""

    count: int
    quantiles: Mapping[str, Quantile]
    max: float | None


@dataclass(frozen=True, kw_only=True)
class Share:
    """A share between 0 and 1 with its 95 % Wilson interval; None without samples."""

    count: int
    of: int
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True)
class BackendFigures:
    """The figures of one backend. Counts leave out the warm-up."""

    backend: Backend
    planned: int
    sent: int
    ok: int
    throttled: int
    errors: int
    dropped: int
    skipped: int
    error_classes: Mapping[ErrorClass, int]
    statuses: Mapping[int, int]
    new_connections: int
    asked_per_s: float
    achieved_per_s: float
    latency: Distribution
    service: Distribution
    warm: Distribution
    cold: Distribution
    cold_share: Share
    operations: Mapping[Operation, Distribution]
    server_ms: Mapping[str, Distribution]
    """The times of `Server-Timing`: `app`, `db` and `init`."""
    stopped: int = 0

    @property
    def failed_share(self) -> float | None:
        """The share without the expected response, of the requests that were due.

        Requests that the user stopped, or that depended on a failed one, were not due.
        """
        return (self.due - self.ok) / self.due if self.due > 0 else None

    @property
    def due(self) -> int:
        return self.planned - self.skipped - self.stopped

    def could_be_failure(self, p: float) -> bool:
        """Return whether the quantile *p* of the requests that were due is one that failed.

        A failed request counts as slower than any other, so that quantile is not known.
        """
        return self.due > 0 and math.ceil(self.due * p - 1) >= self.ok

    @property
    def skipped_share(self) -> float | None:
        """The share of the planned requests that depended on a failed one."""
        planned = self.planned - self.stopped
        return self.skipped / planned if planned > 0 else None


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Functions minus containers at one quantile of the latency, in milliseconds.

    A request that was due and failed counts as slower than any other.

    The confidence of the interval is that of the summary.

    Without an interval, *low* and *high* are None. *faster* is the backend with the shorter time,
    or None if the interval holds 0 or there is none.
    """

    quantile: str
    value: float | None
    low: float | None
    high: float | None
    faster: Backend | None
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Blocks:
    """The blocks of the bootstrap.

    *note* is empty, or says why there is no interval or why it may be too narrow. It is also in
    the notes of the summary.
    """

    count: int
    seconds: float
    lag1: float | None
    seed: int
    draws: int
    note: str


@dataclass(frozen=True, kw_only=True)
class RampStep:
    """One step of a ramp."""

    backend: Backend
    rate: float
    achieved_per_s: float
    latency: Distribution
    errors: int
    dropped: int
    throttled: int
    met: bool | None
    """Whether the step met the target; None without a target, or with too few requests."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The judgement of the generator on itself. It is limited if there is a reason."""

    reasons: Sequence[str]
    lateness: Mapping[Backend, Distribution]
    cpu_share: float

    @property
    def generator_limited(self) -> bool:
        return bool(self.reasons)


@dataclass(frozen=True, kw_only=True)
class Summary:
    """All figures of one run, or of several runs with the same settings."""

    backends: Mapping[Backend, BackendFigures]
    differences: Sequence[Difference]
    """One for each of `QUANTILES`; none for a ramp, which never measures both at once."""
    blocks: Blocks | None
    """None for a ramp, and for several runs: then the intervals are over whole runs."""
    verdict: Verdict
    ramp: Sequence[RampStep] = ()
    highest_rate: Mapping[Backend, float | None] | None = None
    """The highest rate of a ramp that met the target, without a lower one that missed it."""
    confidence: float = 0.95
    """0.95, or 0.99 with `--strict`."""
    notes: Sequence[str] = ()
    """Sentences on what makes the comparison unfair or uncertain."""

    def step_above(self, backend: Backend, rate: float) -> RampStep | None:
        """Return the next step of the backend after the one with this rate."""
        above = (step for step in self.ramp if step.backend is backend and step.rate > rate)
        return min(above, key=lambda step: step.rate, default=None)
