"""Threads that nobody waits for, so that leaving never takes long."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Thread
from typing import Any


class DaemonThreadExecutor(ThreadPoolExecutor):
    """A default executor for asyncio: a name look-up that hangs does not hold the exit up."""

    def submit(  # the signature is the base class's
        self,
        fn: Callable[..., Any],
        /,
        *args: Any,  # noqa: ANN401 -- whatever fn takes
        **kwargs: Any,  # noqa: ANN401 -- likewise
    ) -> Future[Any]:
        future: Future[Any] = Future()
        Thread(target=_settle, args=(future, lambda: fn(*args, **kwargs)), daemon=True).start()
        return future


def _settle(future: Future[Any], call: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = call()
    except BaseException as error:  # noqa: BLE001 -- an executor hands every failure on
        future.set_exception(error)
    else:
        future.set_result(result)
