"""Remove the blogs that runs created.

Both backends of a stack share one table: if one does not respond, the other removes its blogs.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

import aiohttp
from yarl import URL

from lab.backends import Backend, Target
from lab.load.journal import UnfinishedRun
from lab.load.moments import moment
from lab.load.run import RunLog
from lab.plan import ID_PREFIX, Operation, Plan
from lab.rows import ErrorClass, Outcome, Row

_AT_A_TIME: Final = 4
_PAUSES_S: Final = (0.25, 1.0, 2.0)
_SETTLE_S: Final = 1.0
_TIMEOUT_S: Final = 10
_CLOCKS_DIFFER: Final = timedelta(days=1)
_NEVER_ARRIVED: Final = frozenset(
    {
        ErrorClass.CONNECT,
        ErrorClass.DNS,
        ErrorClass.TLS,
        ErrorClass.DESCRIPTORS,
        ErrorClass.PORTS,
    }
)

Ids = Mapping[Backend, Sequence[str]]


class ListError(Exception):
    """The list of blogs is not available. The message is a sentence."""


@dataclass(frozen=True, kw_only=True)
class CleanUp:
    """The result of a clean-up. *failed* has the reason for each blog that may still exist."""

    removed: int
    failed: Mapping[str, str] = field(default_factory=dict)


def planned(plan: Plan) -> Ids:
    """Return the ids of all blogs that *plan* creates: for a run without a log."""
    return {
        backend: [
            one.id
            for one in plan.requests
            if one.backend is backend and one.operation is Operation.POST
        ]
        for backend in Backend
    }


def left(plan: Plan, log: RunLog) -> Ids:
    """Return the ids of the blogs that exist, or may exist, after a run."""
    rows = {row.number: row for row in log.rows}
    deleted = {
        one.id
        for one in plan.requests
        if one.operation is Operation.DELETE and rows[one.number].outcome is Outcome.OK
    }
    is_complete = not log.generator.failures
    return {
        backend: [
            one.id
            for one in plan.requests
            if one.backend is backend
            and one.operation is Operation.POST
            and one.id not in deleted
            and _may_exist(rows[one.number], is_complete=is_complete)
        ]
        for backend in Backend
    }


def _may_exist(post: Row, *, is_complete: bool) -> bool:
    if post.outcome is Outcome.STOPPED and not is_complete:
        return True  # sent, perhaps, by the process that ended early
    return post.sent_s is not None and post.error not in _NEVER_ARRIVED


async def clean(targets: Mapping[Backend, Target], ids: Ids) -> CleanUp:
    """Delete the blogs *ids*, a few at a time. A blog that does not exist counts as removed."""
    async with _session() as session:
        cleaner = _Cleaner(session, targets)
        waiting = [(backend, each) for backend, listed in ids.items() for each in listed]
        absent = await cleaner.delete(waiting)
        if absent:
            # A request that was interrupted can still create its blog.
            await asyncio.sleep(_SETTLE_S)
            await cleaner.delete(absent)
    return CleanUp(removed=len(waiting) - len(cleaner.failed), failed=cleaner.failed)


async def find(
    targets: Mapping[Backend, Target], run_id: str, started_at: datetime
) -> Sequence[str]:
    """Return the ids of the blogs that the run *run_id* left; raise ListError."""
    pattern = re.compile(rf"{ID_PREFIX}{re.escape(run_id)}-[0-9]+")
    problem = ListError("No backend to list the blogs with.")
    async with _session() as session:
        for target in targets.values():
            try:
                found = [
                    blog
                    async for blog in _blogs(session, target, started_at - _CLOCKS_DIFFER)
                    if pattern.fullmatch(blog)
                ]
            except ListError as error:
                problem = error
            else:
                return found
    raise problem


async def clean_unfinished(run: UnfinishedRun, targets: Mapping[Backend, Target]) -> CleanUp:
    """Remove what an earlier run left; raise ListError. Its file goes when everything is removed.

    *targets* must be those of the run.
    """
    ids = await find(targets, run.run_id, run.started_at)
    result = await clean(targets, {next(iter(targets)): ids})
    if not result.failed:
        run.file.unlink(missing_ok=True)
    return result


class _Cleaner:
    """Deletes blogs. *failed* has the reason for each that may still exist."""

    def __init__(self, session: aiohttp.ClientSession, targets: Mapping[Backend, Target]) -> None:
        self.failed: dict[str, str] = {}
        self._session = session
        self._targets = targets
        self._unreachable: dict[Backend, str] = {}

    async def delete(self, blogs: Sequence[tuple[Backend, str]]) -> list[tuple[Backend, str]]:
        """Delete *blogs*; return those that did not exist."""
        absent: list[tuple[Backend, str]] = []
        remaining = iter(blogs)

        async def one_after_another() -> None:
            for backend, blog in remaining:
                if await self._delete(backend, blog) == HTTPStatus.NOT_FOUND:
                    absent.append((backend, blog))

        await asyncio.gather(*(one_after_another() for _ in range(_AT_A_TIME)))
        return absent

    async def _delete(self, first: Backend, blog: str) -> int | None:
        """Delete a blog through *first*, or the other backend if that does not respond."""
        reason = ""
        for backend in sorted(self._targets, key=lambda each: each is not first):
            if backend not in self._unreachable:
                status, reason = await self._attempt(self._targets[backend], blog)
                if not reason:
                    self.failed.pop(blog, None)
                    return status
                if status is None:
                    self._unreachable[backend] = reason
        self.failed[blog] = reason or next(iter(self._unreachable.values()), "no backend")
        return None

    async def _attempt(self, target: Target, blog: str) -> tuple[int | None, str]:
        """Return the status (None: no response) and why the blog may still exist, or ""."""
        status: int | None = None
        reason = ""
        for pause in (*_PAUSES_S, None):
            try:
                async with self._session.delete(
                    f"{target.url}/blog/{blog}", headers=_authorization(target)
                ) as response:
                    status = response.status
                    reason = f"{target.backend} responded with status {status}"
            except (aiohttp.ClientError, OSError) as error:
                status, reason = None, f"{target.backend} did not respond: {_text(error)}"
            if status in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND}:
                return status, ""
            if pause is None or not _is_temporary(status):
                break
            await asyncio.sleep(pause)
        return status, reason


def _is_temporary(status: int | None) -> bool:
    return (
        status is None
        or status == HTTPStatus.TOO_MANY_REQUESTS
        or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    )


async def _blogs(
    session: aiohttp.ClientSession, target: Target, oldest: datetime
) -> AsyncIterator[str]:
    """Yield the ids of the blogs of *target*, newest first, until *oldest*; raise ListError."""
    url: URL | None = URL(f"{target.url}/blog?limit=100&view=summary")
    while url:
        try:
            async with session.get(url) as response:
                response.raise_for_status()
                page = [
                    (str(blog["id"]), moment(blog["created_at"])) for blog in await response.json()
                ]
                link = response.links.get("next")
        except (aiohttp.ClientError, OSError, ValueError, TypeError, KeyError) as error:
            raise ListError(f"{target.backend} did not list the blogs: {_text(error)}.") from error
        for blog, created_at in page:
            if created_at < oldest:
                return
            yield blog
        url = URL(str(link["url"])) if link else None


def _authorization(target: Target) -> dict[str, str]:
    return {"Authorization": f"Bearer {target.token}"} if target.token else {}


def _text(error: Exception) -> str:
    return str(error) or type(error).__name__


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        cookie_jar=aiohttp.DummyCookieJar(), timeout=aiohttp.ClientTimeout(total=_TIMEOUT_S)
    )
