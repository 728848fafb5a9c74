"""How long a request waits for the database, per request."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

_waited: Final[ContextVar[float]] = ContextVar("waited_for_database", default=0.0)


def restart() -> None:
    """Forget what earlier requests of this thread waited for."""
    _waited.set(0.0)


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
