"""PendingDeletions that wait for a while, in which each can be taken back."""

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
"""Seconds in which a deletion can be taken back."""


@dataclass(eq=False, kw_only=True)
class PendingDeletion:
    """One deletion that nobody was told of yet."""

    blog: Blog
    backend: BackendName
    """Where the request goes, whatever backend is active by then."""
    due: float
    decided: asyncio.Event = field(default_factory=asyncio.Event)
    is_undone: bool = False

    @property
    def seconds(self) -> int:
        """What is left, as it is counted down on screens."""
        return max(0, math.ceil(self.due - monotonic()))


class PendingDeletions:
    """Those that wait, the latest last. When the program dies, none of them happens."""

    def __init__(self) -> None:
        self.grace = GRACE
        self.waiting: list[PendingDeletion] = []
        self._none_waits = asyncio.Event()

    def begin(self, blog: Blog, backend: BackendName) -> PendingDeletion:
        """Let the time of a deletion run; `wait` it."""
        deletion = PendingDeletion(blog=blog, backend=backend, due=monotonic() + self.grace)
        self.waiting.append(deletion)
        return deletion

    async def wait(self, deletion: PendingDeletion) -> bool:
        """Wait until the blog is to be deleted (true), or to be kept."""
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.grace):
                    await deletion.decided.wait()
        finally:
            self.waiting.remove(deletion)
            self._none_waits.set()
        return not deletion.is_undone

    def of(self, blog_id: str | None) -> PendingDeletion | None:
        """Give the blog's deletion, while it waits."""
        return next((one for one in self.waiting if one.blog.id == blog_id), None)

    def undo(self, deletion: PendingDeletion) -> None:
        """Keep the blog."""
        deletion.is_undone = True
        deletion.decided.set()

    def run_now(self) -> None:
        """Let all that wait happen now."""
        for deletion in self.waiting:
            deletion.decided.set()

    async def wait_until_empty(self) -> None:
        """Wait until none waits."""
        while self.waiting:
            self._none_waits.clear()
            await self._none_waits.wait()
