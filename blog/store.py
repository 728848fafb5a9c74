"""The blogs in DynamoDB: conditional writes of single items, one query per page, no scans."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from blog import database, rows, schema
from blog.database import ConditionFailed
from blog.errors import IdTaken, Unavailable, UnknownBlog
from blog.model import Blog, Summary, escaped_bytes

if TYPE_CHECKING:  # the deployed packages have no type stubs
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import QueryInputTypeDef

# Attempts to write a blog that other clients write at the same time; then 503.
_WRITE_ATTEMPTS: Final = 12
# Conflicts with other writers are short: do not back off longer than at this attempt.
_LONGEST_BACKOFF: Final = 2
_BATCH_ATTEMPTS: Final = 5

# The size of one blog without its title, author and contents: names, times, version, JSON.
_OVERHEAD_BYTES: Final = 600


@dataclass(frozen=True, kw_only=True)
class Page:
    """Blogs of the feed, newest first. *last* is the position before the next page, if any."""

    blogs: Sequence[Summary]
    last: str | None


class Store:
    """Stores blogs in one table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def create(self, blog: Blog) -> None:
        """Add *blog*; raise IdTaken if its id is in use."""
        try:
            self._put(blog, {"ConditionExpression": f"attribute_not_exists({schema.TABLE_KEY})"})
        except ConditionFailed as failed:
            if not (failed.repeated and self._has_stored(blog)):
                raise IdTaken from failed

    def get(self, blog_id: str) -> Blog:
        """Return a blog as of the last write; raise UnknownBlog if there is none."""
        response = database.call(
            lambda: self._client.get_item(
                TableName=self._table, Key=_key(blog_id), ConsistentRead=True
            )
        )
        if not rows.is_blog(response.get("Item", {})):
            raise UnknownBlog
        return rows.to_blog(response["Item"])

    def replace(self, blog_id: str, change: Callable[[Blog], Blog]) -> Blog:
        """Replace the current blog with what *change* returns for it.

        *change* may raise to reject the write. It is called again if another writer was faster.
        """
        for attempt in range(_WRITE_ATTEMPTS):
            _back_off(attempt)
            old = self.get(blog_id)
            new = change(old)
            try:
                self._put(new, _while_version_is(old))
            except ConditionFailed as failed:
                if not (failed.repeated and self._has_stored(new)):
                    continue
            return new
        raise Unavailable

    def delete(self, blog_id: str, check: Callable[[Blog], None]) -> None:
        """Delete a blog unless *check* raises; raise UnknownBlog if there is none."""
        for attempt in range(_WRITE_ATTEMPTS):
            _back_off(attempt)
            old = self.get(blog_id)
            check(old)
            try:
                self._delete(old)
            except ConditionFailed as failed:
                if not (failed.repeated and self._is_deleted(blog_id)):
                    continue
            return
        raise Unavailable

    def summaries(self, limit: int, before: str | None) -> Page:
        """Return a page of the feed without contents."""
        found, more = self._feed(limit, before)
        summaries = [rows.to_summary(row) for row in found]
        return Page(blogs=summaries, last=summaries[-1].position if more else None)

    def blogs(self, limit: int, before: str | None) -> Page:
        """Return a page of the feed with contents, limited to the size of one response."""
        found, more = self._feed(limit, before)
        planned = _count_fitting([_planned_bytes(row) for row in found])
        blogs = self._current([rows.to_summary(row) for row in found[:planned]])
        # A blog may be larger now than its row in the index says.
        fitting = _count_fitting([_actual_bytes(blog) for blog in blogs])
        if fitting < len(blogs):
            return Page(blogs=blogs[:fitting], last=blogs[fitting - 1].position)
        if more or planned < len(found):
            return Page(blogs=blogs, last=rows.to_summary(found[planned - 1]).position)
        return Page(blogs=blogs, last=None)

    def _feed(self, limit: int, before: str | None) -> tuple[list[rows.Row], bool]:
        """Return up to *limit* rows of the index, and True if there are more.

        This reads one row more: LastEvaluatedKey alone may lead to an empty page. The index is
        eventually consistent: it can have two rows for a blog that was deleted and created again.
        The newer row counts.
        """
        query = self._query(limit + 1, before)
        found: dict[str, rows.Row] = {}
        while True:
            response = database.call(lambda: self._client.query(**query))
            for row in response["Items"]:
                found.setdefault(rows.to_summary(row).id, row)
            if len(found) > limit or not response.get("LastEvaluatedKey"):
                return list(found.values())[:limit], len(found) > limit
            query["ExclusiveStartKey"] = response["LastEvaluatedKey"]

    def _query(self, limit: int, before: str | None) -> QueryInputTypeDef:
        condition = "#feed = :feed"
        names = {"#feed": schema.FEED_PARTITION}
        values = {":feed": {"S": schema.FEED_VALUE}}
        if before is not None:
            condition += " AND #position < :before"
            names["#position"] = schema.FEED_POSITION
            values[":before"] = {"S": before}
        return {
            "TableName": self._table,
            "IndexName": schema.FEED_INDEX,
            "KeyConditionExpression": condition,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
            "ScanIndexForward": False,
            "Limit": limit,
        }

    def _current(self, summaries: Sequence[Summary]) -> list[Blog]:
        """Return the blogs of *summaries*, without those that were deleted or created again."""
        found = self._batch([summary.id for summary in summaries]) if summaries else {}
        blogs = (found.get(summary.id) for summary in summaries)
        pairs = zip(blogs, summaries, strict=True)
        return [blog for blog, summary in pairs if blog and blog.position == summary.position]

    def _batch(self, blog_ids: Sequence[str]) -> dict[str, Blog]:
        found: dict[str, Blog] = {}
        wanted: Mapping[str, Any] = {
            self._table: {"Keys": [_key(blog_id) for blog_id in blog_ids], "ConsistentRead": True}
        }
        for attempt in range(_BATCH_ATTEMPTS):
            if attempt:
                database.back_off(attempt)
            response = database.call(partial(self._client.batch_get_item, RequestItems=wanted))
            items = filter(rows.is_blog, response["Responses"].get(self._table, []))
            found.update((blog.id, blog) for blog in map(rows.to_blog, items))
            wanted = response.get("UnprocessedKeys", {})
            if not wanted:
                return found
        raise Unavailable  # throttling must not shorten a page

    def _put(self, blog: Blog, condition: Mapping[str, Any]) -> None:
        row = rows.from_blog(blog)
        database.call(lambda: self._client.put_item(TableName=self._table, Item=row, **condition))

    def _delete(self, blog: Blog) -> None:
        database.call(
            lambda: self._client.delete_item(
                TableName=self._table, Key=_key(blog.id), **_while_version_is(blog)
            )
        )

    def _has_stored(self, blog: Blog) -> bool:
        """Return True if a write succeeded although its response was lost."""
        try:
            return self.get(blog.id).version == blog.version
        except UnknownBlog:
            return False

    def _is_deleted(self, blog_id: str) -> bool:
        try:
            self.get(blog_id)
        except UnknownBlog:
            return True
        return False


def _back_off(attempt: int) -> None:
    """Let other writers finish before another attempt."""
    if attempt:
        database.back_off(min(attempt, _LONGEST_BACKOFF))


def _key(blog_id: str) -> dict[str, Any]:
    return {schema.TABLE_KEY: {"S": blog_id}}


def _while_version_is(blog: Blog) -> dict[str, Any]:
    return {
        "ConditionExpression": "#version = :version",
        "ExpressionAttributeNames": {"#version": "version"},
        "ExpressionAttributeValues": {":version": {"S": blog.version}},
    }


def _count_fitting(sizes: Sequence[int]) -> int:
    """Return how many of *sizes* fit into one response, at least one if there is any."""
    total = 0
    for count, size in enumerate(sizes):
        total += size
        if total > schema.MAX_PAGE_BYTES:
            return max(count, 1)
    return len(sizes)


def _planned_bytes(row: rows.Row) -> int:
    return rows.contents_bytes(row) + _summary_bytes(rows.to_summary(row))


def _actual_bytes(blog: Blog) -> int:
    return escaped_bytes(blog.contents) + _summary_bytes(blog)


def _summary_bytes(blog: Summary) -> int:
    return _OVERHEAD_BYTES + escaped_bytes(blog.title) + escaped_bytes(blog.author)
