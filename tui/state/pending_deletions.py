"""Deletions that wait for a few seconds, during which the user can undo them."""

from __future__ import annotations

import asyncio
import contextlib
import math
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from tui.client.contract import Blog
from tui.settings.values import BackendName

GRACE: Final = 5.0
"""The seconds in which a deletion can be undone."""


@dataclass(eq=False, kw_only=True)
class PendingDeletion:
    """One deletion that was not sent yet."""

    blog: Blog
    backend: BackendName
    """The backend that gets the request, even if another one is active then."""
    due: float
    decided: asyncio.Event = field(default_factory=asyncio.Event)
    is_undone: bool = False

    @property
    def seconds(self) -> int:
        """The remaining seconds, for the countdown."""
        return max(0, math.ceil(self.due - monotonic()))


class PendingDeletions:
    """The waiting deletions, the latest last. If the program crashes, none of them is sent."""

    def __init__(self) -> None:
        self.grace = GRACE
        self.waiting: list[PendingDeletion] = []
        self._emptied = asyncio.Event()

    def begin(self, blog: Blog, backend: BackendName) -> PendingDeletion:
        """Start the countdown of a deletion. Then `wait` for its end."""
        deletion = PendingDeletion(blog=blog, backend=backend, due=monotonic() + self.grace)
        self.waiting.append(deletion)
        return deletion

    async def wait(self, deletion: PendingDeletion) -> bool:
        """Wait for the end of the countdown. Return True to delete the blog, False to keep it."""
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.grace):
                    await deletion.decided.wait()
        finally:
            self.waiting.remove(deletion)
            self._emptied.set()
        return not deletion.is_undone

    def of(self, blog_id: str | None) -> PendingDeletion | None:
        """Return the waiting deletion of the blog, or None."""
        return next((one for one in self.waiting if one.blog.id == blog_id), None)

    def undo(self, deletion: PendingDeletion) -> None:
        """Keep the blog."""
        deletion.is_undone = True
        deletion.decided.set()

    def run_now(self) -> None:
        """End all countdowns now."""
        for deletion in self.waiting:
            deletion.decided.set()

    async def wait_until_empty(self) -> None:
        """Wait until no deletion waits."""
        while self.waiting:
            self._emptied.clear()
            await self._emptied.wait()
