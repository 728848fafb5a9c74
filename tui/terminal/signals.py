"""Signals that end the app."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

ENDING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PATIENCE_S: Final = 10.0
"""Seconds until the process ends anyway, such as when the output to the terminal is blocked."""


def exit_code(number: int) -> int:
    """Return the exit code of a program that this signal ended, as shells define it."""
    return 128 + number


def is_job() -> bool:
    """Return True if a shell with job control started this process, and can continue it."""
    return os.getpgrp() != os.getsid(0)


@contextmanager
def handled(end: Callable[[int], None], restore: Callable[[], None]) -> Iterator[None]:
    """Call *end* with the exit code when a signal arrives that ends the app.

    If the event loop does not run, call *restore* after some seconds, and end the process.
    """
    loop = asyncio.get_running_loop()

    def give_up(code: int) -> None:
        restore()
        os._exit(code)

    def handle(number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(end, exit_code(number))
        timer = threading.Timer(_PATIENCE_S, give_up, [exit_code(number)])
        timer.daemon = True
        timer.start()

    before = {number: signal.signal(number, handle) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
