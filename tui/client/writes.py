"""Writes that are sent once, under ids made here; a lost response is settled by reading."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import Final

from tui.client.contract import Api, ApiError, Blog, Draft, Failure

_VERSION_7: Final = 0x7 << 76
_VARIANT: Final = 0b10 << 62
_RANDOM: Final = ~((0xF << 76) | (0b11 << 62)) & ((1 << 80) - 1)


def new_id() -> str:
    """Make a UUID of version 7: later ones sort after earlier ones, to the millisecond."""
    random = int.from_bytes(os.urandom(10), "big") & _RANDOM
    number = (time.time_ns() // 1_000_000) << 80 | _VERSION_7 | _VARIANT | random
    digits = f"{number:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


@dataclass(frozen=True, kw_only=True)
class WriteResult:
    """What is stored now, and whether that was learnt by reading it back."""

    blog: Blog
    read_back: bool


class Writes:
    """Remembers which answers were lost, over both backends: they share one table."""

    def __init__(self) -> None:
        self._lost: set[str] = set()

    def resume(self, blog_id: str) -> None:
        """Reckon with an answer that an earlier run lost: what is stored may be one's own."""
        self._lost.add(blog_id)

    async def create(self, api: Api, draft: Draft) -> WriteResult:
        """Store a new blog; sending the same draft again after a lost answer is safe."""
        try:
            blog = await api.create(draft)
        except ApiError as error:
            taken = error.failure is Failure.TAKEN and draft.id in self._lost
            if not (error.uncertain or taken):
                raise
            self._lost.add(draft.id)
            return await self._find(api, draft, error)
        self._lost.discard(draft.id)
        return WriteResult(blog=blog, read_back=False)

    async def replace(self, api: Api, draft: Draft, etag: str | None) -> WriteResult:
        """Store *draft* over the blog with that *etag*."""
        try:
            blog = await api.replace(draft, etag)
        except ApiError as error:
            # A condition that fails after a lost answer may be met by one's own write.
            changed = error.failure is Failure.CHANGED and draft.id in self._lost
            if not (error.uncertain or changed):
                raise
            self._lost.add(draft.id)
            return await self._find(api, draft, error)
        self._lost.discard(draft.id)
        return WriteResult(blog=blog, read_back=False)

    async def delete(self, api: Api, blog_id: str, etag: str | None) -> bool:
        """Delete the blog; tells whether that was learnt by reading."""
        try:
            await api.delete(blog_id, etag)
        except ApiError as error:
            if not error.uncertain:
                raise
            await self._find_gone(api, blog_id, error)
            return True
        return False

    async def _find(self, api: Api, draft: Draft, error: ApiError) -> WriteResult:
        blog = await _look(api, draft.id, error)
        if blog and blog.says(draft):
            self._lost.discard(draft.id)
            return WriteResult(blog=blog, read_back=True)
        if error.uncertain:
            raise ApiError(
                f"{error} A look at the blog shows that it is not saved so far: sending "
                "again is safe.",
                error.failure,
                status=error.status,
            ) from error
        raise error

    async def _find_gone(self, api: Api, blog_id: str, error: ApiError) -> None:
        if await _look(api, blog_id, error):
            raise ApiError(
                f"{error} A look at the blog shows that it is still there so far: delete it again.",
                error.failure,
                status=error.status,
            ) from error


async def _look(api: Api, blog_id: str, error: ApiError) -> Blog | None:
    """Read the blog; None when there is none, the first error with a warning when unreadable."""
    try:
        return await api.read(blog_id)
    except ApiError as second:
        if second.failure is Failure.MISSING:
            return None
        raise ApiError(
            f"{error} Whether the write happened is not known: look at blog {blog_id} "
            "before sending it again.",
            error.failure,
            status=error.status,
            uncertain=True,
        ) from error
