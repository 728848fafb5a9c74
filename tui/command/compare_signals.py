"""What the signals SIGINT, SIGTERM and SIGHUP do while a comparison runs."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tui.command import output

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_STOPPING: Final = (
    "Stopping, then removing the blogs of the run. To leave them, press Ctrl-C again."
)


class Signals:
    """The first signal stops the load, the second one the clean-up too."""

    def __init__(self) -> None:
        self.stop = asyncio.Event()
        self.leave = asyncio.Event()
        self.first: int | None = None
        """The number of the first signal."""

    @contextmanager
    def handled(self) -> Iterator[None]:
        """Receive the signals inside the block."""
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self.receive, number)
        try:
            yield
        finally:
            for number in _SIGNALS:
                loop.remove_signal_handler(number)

    def receive(self, number: int) -> None:
        if self.first is not None:
            self.leave.set()
            return
        self.first = number
        self.stop.set()
        output.print_stderr(f"\n{_STOPPING}")
