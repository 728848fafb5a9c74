"""Lends the terminal to another program for a while."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from types import FrameType
from typing import Final, TypeVar

from textual.app import App

T = TypeVar("T")
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def lend_terminal(app: App[None], use: Callable[[], T]) -> T:
    """Let *use* have the terminal; gives or raises what it does, or `SuspendNotSupported`."""
    outcome: Future[T] = Future()
    with app.suspend(), _signals_put_off():
        try:  # Textual does not take the terminal back when something is raised in here
            outcome.set_result(use())
        except Exception as error:  # noqa: BLE001 -- raised again below
            outcome.set_exception(error)
    return outcome.result()


@contextmanager
def _signals_put_off() -> Iterator[None]:
    """Keep Ctrl-C for the other program alone; what ends this one does so afterwards."""
    received: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        if number != signal.SIGINT:
            received.append(number)

    # Handlers and not SIG_IGN, which the other program would inherit; and asyncio hears of
    # signals by a file descriptor, whatever the handlers are.
    wakeup = signal.set_wakeup_fd(-1)
    before = {number: signal.signal(number, note) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(wakeup)
    for put_off in received:
        signal.raise_signal(put_off)
