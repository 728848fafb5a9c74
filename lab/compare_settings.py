"""The settings of a comparison, and their limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from lab import mix
from lab.plan import Arrivals, Operation, Order, PlanSettings

HIGHEST_RATE: Final = 1_000.0
LONGEST_S: Final = 3_600.0
MOST_REQUESTS: Final = 1_000_000.0
"""The plan and the log are kept in memory: about 1 KB for each request."""
COLD_SLOT_S: Final = 110.0
"""The pause after a burst with `--cold`. The functions then have 330 seconds between their bursts
(A B B A): the local cloud ends execution environments that were idle for 300."""
SHORTEST_SLOT_S: Final = 0.1
_WARM_UP_S: Final = 3.0
_BACKENDS: Final = 2
_CYCLE: Final = 4  # slots: A B B A


class InvalidSettings(ValueError):
    """The settings cannot be used. The message says what to change."""


@dataclass(frozen=True, kw_only=True)
class ComparisonSettings:
    """What the user asks for. *rate* is in requests per second to each backend in its slots.

    With *ramp* or *burst*, *order* is RAMP or BURST.
    """

    seed: int
    rate: float = 50.0
    duration_s: float = 60.0
    operations: Mapping[Operation, float] = field(default_factory=lambda: mix.parse(mix.DEFAULT))
    order: Order = Order.ABBA
    arrivals: Arrivals = Arrivals.POISSON
    slot_s: float = 2.5
    ramp: Sequence[float] = ()
    burst: int = 0
    repeat: int = 1
    max_in_flight: int = 256
    timeout_s: float = 30.0
    cold: bool = False
    """Leave out the requests that warm up the backends."""
    target: str = ""
    """The target of a ramp, such as `p95<200ms`."""
    strict: bool = False
    """Intervals of 99 % instead of 95 %."""

    @property
    def total_s(self) -> float:
        """The duration of all runs, without warm-up, tests and clean-up."""
        each = self.slot_s * len(self.ramp) * _BACKENDS if self.ramp else self.duration_s
        return each * self.repeat

    def check(self, *, limits: bool = True) -> None:
        """Raise `InvalidSettings` for what cannot be run. With *limits*, for heavy load too."""
        if self.burst > self.max_in_flight:
            raise InvalidSettings(
                f"A burst of {self.burst} needs as many requests in flight: "
                f"add --max-in-flight {self.burst}."
            )
        if self.slot_s < SHORTEST_SLOT_S:
            option = "--step" if self.ramp else "--slot"
            raise InvalidSettings(
                f"{self.slot_s:g} s are too short to measure anything: "
                f"use at least {option} {SHORTEST_SLOT_S:g}."
            )
        if self.order is Order.ABBA and self.duration_s < _CYCLE * self.slot_s:
            raise InvalidSettings(
                f"A run of {self.duration_s:g} s is too short for the slots A B B A of "
                f"{self.slot_s:g} s each: use at least --duration {_CYCLE * self.slot_s:g}, "
                "or a shorter --slot."
            )
        if limits:
            self._check_limits()

    def plan_settings(self, run_id: str, run: int) -> PlanSettings:
        """Return the settings of the plan of run number *run*, counted from 0."""
        return PlanSettings(
            run_id=run_id,
            seed=self.seed + run,
            rate=self.rate,
            duration_s=self.duration_s,
            mix=self.operations,
            order=self.order,
            arrivals=self.arrivals,
            slot_s=self.slot_s,
            ramp=self.ramp,
            burst=self.burst,
            warm_up_s=0.0 if self.cold else _WARM_UP_S,
        )

    def _check_limits(self) -> None:
        for value, limit, unit in (
            (self._highest_rate, HIGHEST_RATE, "requests per second"),
            (self.total_s, LONGEST_S, "seconds of load"),
            (self._requests, MOST_REQUESTS, "requests"),
        ):
            if value > limit:
                raise InvalidSettings(
                    f"{value:,.0f} {unit} are above the limit of {limit:,.0f}. "
                    "If the backends are yours to load, add --override-limits."
                )

    @property
    def _highest_rate(self) -> float:
        return max(self.ramp, default=float(self.burst) or self.rate)

    @property
    def _requests(self) -> float:
        """About how many requests all runs send, without the warm-up."""
        if self.ramp:
            return sum(self.ramp) * self.slot_s * _BACKENDS * self.repeat
        rate = self.burst / self.slot_s if self.burst else self.rate
        return rate * self.total_s * (_BACKENDS if self.order is Order.PARALLEL else 1)


def ramp(text: str) -> tuple[float, ...]:
    """Return the rates of FROM:TO:STEP, both ends included."""
    try:
        first, last, step = map(float, text.split(":"))
    except ValueError:
        first = last = step = 0.0
    most = 1_000
    if not (0 < first <= last < float("inf") and step > 0 and (last - first) / step < most):
        raise InvalidSettings("use FROM:TO:STEP in requests per second, such as 10:200:10")
    return tuple(first + step * number for number in range(int((last - first) / step + 1e-9) + 1))
