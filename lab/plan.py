"""The plan of a run: every request and its time, decided before the first one is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from lab.backends import Backend

WARM_UP_SLOT: Final = -1
"""The slot of requests that only prepare the backends. No figure includes them."""
ID_PREFIX: Final = "lab-"
"""The first characters of every id that a run creates."""
ID_PATTERN: Final = "[A-Za-z0-9][A-Za-z0-9._~-]{0,127}"
"""The ids that the API accepts."""


class Operation(StrEnum):
    """What a request does."""

    READ = "read"
    LIST = "list"
    POST = "post"
    EDIT = "edit"
    DELETE = "delete"


class Order(StrEnum):
    """How the requests of the two backends follow each other."""

    ABBA = "abba"
    """Slots with one backend each, in the order A B B A."""
    PARALLEL = "parallel"
    """Both backends all the time."""
    RAMP = "ramp"
    """One backend after the other, each with a rate that rises in steps."""
    BURST = "burst"
    """Slots as with ABBA, each with all its requests at once."""


class Arrivals(StrEnum):
    """How the requests of a slot are spread over its time."""

    POISSON = "poisson"
    CONSTANT = "constant"


@dataclass(frozen=True, kw_only=True)
class PlanSettings:
    """What a plan is made from. Equal settings make equal plans.

    *rate* is in requests per second and backend, while the backend has a slot. *mix* maps
    operations to weights. *run_id* is part of the id of every blog that the run creates.
    *duration_s* is without the warm-up. It is rounded to whole cycles A B B A, at least one;
    `Order.PARALLEL` keeps it as it is, and `Order.RAMP` ignores it. With *warm_up_s* 0, the warm-up
    only creates the blogs that later requests need.
    """

    run_id: str
    seed: int
    rate: float
    duration_s: float
    mix: Mapping[Operation, float]
    order: Order = Order.ABBA
    arrivals: Arrivals = Arrivals.POISSON
    slot_s: float = 2.5
    warm_up_s: float = 3.0
    body_bytes: int = 1000
    ramp: Sequence[float] = ()
    """The rates of the steps, each *slot_s* seconds long. With `Order.RAMP` only."""
    burst: int = 0
    """The number of requests at once. With `Order.BURST` only."""


@dataclass(frozen=True, kw_only=True)
class PlannedRequest:
    """One request of a plan.

    *planned_s* counts from the start of the run, warm-up included. *slot* counts from 0, or is
    `WARM_UP_SLOT`. *after* is the number of the request that creates the blog *id*, or None.
    *body_bytes* is the size of the contents of the blog, and 0 for requests without a body.
    """

    number: int
    planned_s: float
    slot: int
    backend: Backend
    operation: Operation
    id: str = ""
    after: int | None = None
    body_bytes: int = 0


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A period of the run, without the warm-up. *rate* is None for a burst."""

    number: int
    backends: Sequence[Backend]
    start_s: float
    end_s: float
    rate: float | None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All requests of a run, in the order of their times."""

    settings: PlanSettings
    slots: Sequence[Slot] = field(repr=False)
    requests: Sequence[PlannedRequest] = field(repr=False)

    @property
    def end_s(self) -> float:
        """The end of the last slot."""
        return self.slots[-1].end_s if self.slots else self.settings.warm_up_s
