"""The time limit of a request, and its time in the database."""

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
"""The time limit for calls. With one last call in progress, a function is within its timeout."""


def start_request() -> None:
    """Start the time limit of a new request in this thread."""
    _waited.set(0.0)
    _deadline.set(time.monotonic() + REQUEST_SECONDS)


def end_request() -> None:
    """End the current request: later calls in this thread have no deadline."""
    _deadline.set(math.inf)


def seconds_left() -> float:
    """Return the remaining time of the current request."""
    return _deadline.get() - time.monotonic()


@contextmanager
def measure_database() -> Iterator[None]:
    """Add the duration of the block to the time in the database."""
    start = time.perf_counter()
    try:
        yield
    finally:
        _waited.set(_waited.get() + time.perf_counter() - start)


def database_seconds() -> float:
    """Return the time that the current request spent in the database."""
    return _waited.get()
