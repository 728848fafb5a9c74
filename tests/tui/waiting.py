"""What replaces the wait of Textual's pilot in the tests."""

from __future__ import annotations

import asyncio
import contextlib

from textual.app import ScreenStackError
from textual.message_pump import MessagePump
from textual.pilot import Pilot

_CHECK_S = 0.05


async def wait_for_screen(pilot: Pilot[None]) -> bool:
    """Wait until the app and all widgets of its screen have handled what was sent to them.

    Textual's own method also waits for widgets that are removed before they have handled
    everything, and fails after 30 seconds.
    """
    app = pilot.app
    failed = app._exception_event  # noqa: SLF001 -- as in Textual's own
    try:
        screen = app.screen
    except ScreenStackError:
        return False
    waiting: set[MessagePump] = set()
    is_done = asyncio.Event()

    def handled(node: MessagePump) -> None:
        waiting.discard(node)
        if not waiting:
            is_done.set()

    for node in (app, *screen.walk_children(with_self=True)):
        if node.call_later(handled, node):
            waiting.add(node)
    while not failed.is_set() and any(not node._closing for node in waiting):  # noqa: SLF001 -- same
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CHECK_S):
                await is_done.wait()
    return not failed.is_set()
