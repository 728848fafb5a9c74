"""Wait for work until the user leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


async def unless(leave: asyncio.Event, work: Awaitable[T]) -> T | None:
    """Return the result of *work*, or None if *leave* is set before it is done."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(leave.wait())
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
    finally:
        leaving.cancel()
        working.cancel()
    await asyncio.wait({working})
    return None
