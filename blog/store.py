"""The blogs in DynamoDB: single-item conditional writes, one query a page, no scans."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from blog import database, rows, schema
from blog.database import ConditionFailed
from blog.errors import IdTaken, Unavailable, UnknownBlog
from blog.model import Blog, Summary, escaped_bytes

if TYPE_CHECKING:  # the types are not shipped to where this runs
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import QueryInputTypeDef

# Other writers of the same blog can win a race this often before the client hears 503.
_RACES: Final = 12
# Pauses grow no further than this attempt's, since each race is soon over.
_LONGEST_PAUSE: Final = 2
_BATCH_TRIES: Final = 5

# Names, times, version and the JSON around the fields of one blog.
_FRAME_BYTES: Final = 600


@dataclass(frozen=True, kw_only=True)
class Page:
    """Blogs of the feed, newest first; *last* is the position after which more follow, if any."""

    blogs: Sequence[Summary]
    last: str | None


class Store:
    """Keeps blogs in one table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def create(self, blog: Blog) -> None:
        """Add *blog*; raise IdTaken when its id is in use."""
        try:
            self._put(blog, {"ConditionExpression": f"attribute_not_exists({schema.TABLE_KEY})"})
        except ConditionFailed as failed:
            if not (failed.repeated and self._holds(blog)):
                raise IdTaken from failed

    def get(self, blog_id: str) -> Blog:
        """Read a blog as the last write left it; raise UnknownBlog when there is none."""
        answer = database.call(
            lambda: self._client.get_item(
                TableName=self._table, Key=_key(blog_id), ConsistentRead=True
            )
        )
        if not rows.is_blog(answer.get("Item", {})):
            raise UnknownBlog
        return rows.to_blog(answer["Item"])

    def replace(self, blog_id: str, change: Callable[[Blog], Blog]) -> Blog:
        """Put what *change* makes of the current blog in its place.

        *change* may refuse by raising; it is asked again when another writer came first.
        """
        for attempt in range(_RACES):
            _pause(attempt)
            old = self.get(blog_id)
            new = change(old)
            try:
                self._put(new, _while_version_is(old))
            except ConditionFailed as failed:
                if not (failed.repeated and self._holds(new)):
                    continue
            return new
        raise Unavailable

    def delete(self, blog_id: str, check: Callable[[Blog], None]) -> None:
        """Remove a blog unless *check* refuses by raising; raise UnknownBlog when there is none."""
        for attempt in range(_RACES):
            _pause(attempt)
            old = self.get(blog_id)
            check(old)
            try:
                self._remove(old)
            except ConditionFailed as failed:
                if not (failed.repeated and self._is_gone(blog_id)):
                    continue
            return
        raise Unavailable

    def summaries(self, limit: int, before: str | None) -> Page:
        """Read a page of the feed without contents."""
        found, more = self._feed(limit, before)
        summaries = [rows.to_summary(row) for row in found]
        return Page(blogs=summaries, last=summaries[-1].position if more else None)

    def blogs(self, limit: int, before: str | None) -> Page:
        """Read a page of the feed with contents, as many as one answer can carry."""
        found, more = self._feed(limit, before)
        planned = _fitting([_planned_bytes(row) for row in found])
        blogs = self._current([rows.to_summary(row) for row in found[:planned]])
        # A blog may have grown since its index row was written.
        fitting = _fitting([_actual_bytes(blog) for blog in blogs])
        if fitting < len(blogs):
            return Page(blogs=blogs[:fitting], last=blogs[fitting - 1].position)
        if more or planned < len(found):
            return Page(blogs=blogs, last=rows.to_summary(found[planned - 1]).position)
        return Page(blogs=blogs, last=None)

    def _feed(self, limit: int, before: str | None) -> tuple[list[rows.Row], bool]:
        """Give up to *limit* index rows, and whether there are more.

        One row more than wanted is asked for: a continuation key alone would also promise a page
        that is empty.
        """
        query = self._query(limit + 1, before)
        found: list[rows.Row] = []
        while True:
            answer = database.call(lambda: self._client.query(**query))
            found += answer["Items"]
            if len(found) > limit or "LastEvaluatedKey" not in answer:
                return found[:limit], len(found) > limit
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

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
        """Read the blogs behind index rows; those deleted meanwhile, or made anew, are left out."""
        found = self._batch([summary.id for summary in summaries]) if summaries else {}
        blogs = (found.get(summary.id) for summary in summaries)
        pairs = zip(blogs, summaries, strict=True)
        return [blog for blog, summary in pairs if blog and blog.position == summary.position]

    def _batch(self, blog_ids: Sequence[str]) -> dict[str, Blog]:
        found: dict[str, Blog] = {}
        wanted: Mapping[str, Any] = {
            self._table: {"Keys": [_key(blog_id) for blog_id in blog_ids], "ConsistentRead": True}
        }
        for attempt in range(_BATCH_TRIES):
            if attempt:
                database.wait(attempt)
            answer = database.call(partial(self._client.batch_get_item, RequestItems=wanted))
            items = filter(rows.is_blog, answer["Responses"].get(self._table, []))
            found.update((blog.id, blog) for blog in map(rows.to_blog, items))
            wanted = answer.get("UnprocessedKeys", {})
            if not wanted:
                return found
        raise Unavailable  # a page must not be short for want of capacity

    def _put(self, blog: Blog, condition: Mapping[str, Any]) -> None:
        row = rows.from_blog(blog)
        database.call(lambda: self._client.put_item(TableName=self._table, Item=row, **condition))

    def _remove(self, blog: Blog) -> None:
        database.call(
            lambda: self._client.delete_item(
                TableName=self._table, Key=_key(blog.id), **_while_version_is(blog)
            )
        )

    def _holds(self, blog: Blog) -> bool:
        """Tell whether a write whose answer got lost was done all the same."""
        try:
            return self.get(blog.id).version == blog.version
        except UnknownBlog:
            return False

    def _is_gone(self, blog_id: str) -> bool:
        try:
            self.get(blog_id)
        except UnknownBlog:
            return True
        return False


def _pause(attempt: int) -> None:
    """Let other writers go first after a lost race."""
    if attempt:
        database.wait(min(attempt, _LONGEST_PAUSE))


def _key(blog_id: str) -> dict[str, Any]:
    return {schema.TABLE_KEY: {"S": blog_id}}


def _while_version_is(blog: Blog) -> dict[str, Any]:
    return {
        "ConditionExpression": "#version = :version",
        "ExpressionAttributeNames": {"#version": "version"},
        "ExpressionAttributeValues": {":version": {"S": blog.version}},
    }


def _fitting(sizes: Sequence[int]) -> int:
    """Say how many of *sizes* fit into one answer, at least one if there is any."""
    total = 0
    for count, size in enumerate(sizes):
        total += size
        if total > schema.MAX_PAGE_BYTES:
            return max(count, 1)
    return len(sizes)


def _planned_bytes(row: rows.Row) -> int:
    return rows.contents_bytes(row) + _head_bytes(rows.to_summary(row))


def _actual_bytes(blog: Blog) -> int:
    return escaped_bytes(blog.contents) + _head_bytes(blog)


def _head_bytes(blog: Summary) -> int:
    return _FRAME_BYTES + escaped_bytes(blog.title) + escaped_bytes(blog.author)
