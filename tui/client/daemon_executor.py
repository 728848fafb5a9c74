"""An executor that does not delay the exit of the program."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Thread
from typing import Any


class DaemonThreadExecutor(ThreadPoolExecutor):
    """An executor for asyncio with daemon threads: a DNS lookup that hangs does not block exit."""

    def submit(  # the signature of the base class
        self,
        fn: Callable[..., Any],
        /,
        *args: Any,  # noqa: ANN401 -- the arguments of fn
        **kwargs: Any,  # noqa: ANN401 -- same
    ) -> Future[Any]:
        future: Future[Any] = Future()
        Thread(target=_settle, args=(future, lambda: fn(*args, **kwargs)), daemon=True).start()
        return future


def _settle(future: Future[Any], call: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = call()
    except BaseException as error:  # noqa: BLE001 -- the future raises it again
        future.set_exception(error)
    else:
        future.set_result(result)
