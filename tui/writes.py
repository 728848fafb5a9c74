"""Writes that are sent once; what became of a lost answer is found out by reading."""

from __future__ import annotations

from dataclasses import dataclass

from tui.contract import Api, ApiError, Blog, Draft, Failure


@dataclass(frozen=True, kw_only=True)
class Written:
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

    async def create(self, api: Api, draft: Draft) -> Written:
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
        return Written(blog=blog, read_back=False)

    async def replace(self, api: Api, draft: Draft, etag: str | None) -> Written:
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
        return Written(blog=blog, read_back=False)

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

    async def _find(self, api: Api, draft: Draft, error: ApiError) -> Written:
        blog = await _look(api, draft.id, error)
        if blog and blog.says(draft):
            self._lost.discard(draft.id)
            return Written(blog=blog, read_back=True)
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
