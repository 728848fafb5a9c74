"""Send each write once. If its response is lost, read the blog to find out what happened."""

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
    """Return a new UUID version 7, which sorts by time in milliseconds."""
    random = int.from_bytes(os.urandom(10), "big") & _RANDOM
    number = (time.time_ns() // 1_000_000) << 80 | _VERSION_7 | _VARIANT | random
    digits = f"{number:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


@dataclass(frozen=True, kw_only=True)
class WriteResult:
    """The stored blog; *read_back* is True if the response was lost and the blog was read."""

    blog: Blog
    read_back: bool


class Writes:
    """Remembers the lost responses, for both backends together because they share one table."""

    def __init__(self) -> None:
        self._lost: set[str] = set()

    def resume(self, blog_id: str) -> None:
        """Assume that an earlier run may have saved this blog without seeing the response."""
        self._lost.add(blog_id)

    async def create(self, api: Api, draft: Draft) -> WriteResult:
        """Create a blog. After a lost response, the same draft can be sent again."""
        try:
            blog = await api.create(draft)
        except ApiError as error:
            taken = error.failure is Failure.TAKEN and draft.id in self._lost
            if not (error.uncertain or taken):
                raise
            self._lost.add(draft.id)
            return await self._read_back(api, draft, error)
        self._lost.discard(draft.id)
        return WriteResult(blog=blog, read_back=False)

    async def replace(self, api: Api, draft: Draft, etag: str | None) -> WriteResult:
        """Replace the blog that has *etag* with *draft*."""
        try:
            blog = await api.replace(draft, etag)
        except ApiError as error:
            # After a lost response, the user's own write may have changed the ETag.
            changed = error.failure is Failure.CHANGED and draft.id in self._lost
            if not (error.uncertain or changed):
                raise
            self._lost.add(draft.id)
            return await self._read_back(api, draft, error)
        self._lost.discard(draft.id)
        return WriteResult(blog=blog, read_back=False)

    async def delete(self, api: Api, blog_id: str, etag: str | None) -> bool:
        """Delete the blog. Return True if the response was lost and a read confirmed it."""
        try:
            await api.delete(blog_id, etag)
        except ApiError as error:
            if not error.uncertain:
                raise
            await self._check_deleted(api, blog_id, error)
            return True
        return False

    async def _read_back(self, api: Api, draft: Draft, error: ApiError) -> WriteResult:
        blog = await _read(api, draft.id, error)
        if blog and blog.matches(draft):
            self._lost.discard(draft.id)
            return WriteResult(blog=blog, read_back=True)
        if error.uncertain:
            raise ApiError(
                f"{error} The blog is not saved yet. You can safely save it again.",
                error.failure,
                status=error.status,
            ) from error
        raise error

    async def _check_deleted(self, api: Api, blog_id: str, error: ApiError) -> None:
        if await _read(api, blog_id, error):
            raise ApiError(
                f"{error} The blog is not deleted yet. Delete it again.",
                error.failure,
                status=error.status,
            ) from error


async def _read(api: Api, blog_id: str, error: ApiError) -> Blog | None:
    """Return the blog, or None if it does not exist. If reading fails, extend *error*."""
    try:
        return await api.read(blog_id)
    except ApiError as second:
        if second.failure is Failure.MISSING:
            return None
        raise ApiError(
            f"{error} The write may have been applied: check blog {blog_id} first.",
            error.failure,
            status=error.status,
            uncertain=True,
        ) from error
