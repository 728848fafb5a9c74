"""How long a request waits for the database, and how long it may."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

_waited: Final[ContextVar[float]] = ContextVar("waited_for_database", default=0.0)
_deadline: Final[ContextVar[float]] = ContextVar("deadline_of_request", default=math.inf)

REQUEST_SECONDS: Final = 5
"""How long a request may ask: with one last call under way, well within a function's time-out."""


def restart() -> None:
    """Forget earlier requests of this thread, and give this one its time."""
    _waited.set(0.0)
    _deadline.set(time.monotonic() + REQUEST_SECONDS)


def finish() -> None:
    """End the current request: what comes after it in this thread has no deadline."""
    _deadline.set(math.inf)


def seconds_left() -> float:
    """Say how long the current request may still go on."""
    return _deadline.get() - time.monotonic()


@contextmanager
def database() -> Iterator[None]:
    """Count the time inside as waiting for the database."""
    start = time.perf_counter()
    try:
        yield
    finally:
        _waited.set(_waited.get() + time.perf_counter() - start)


def database_seconds() -> float:
    """Say how long the current request has waited for the database."""
    return _waited.get()
