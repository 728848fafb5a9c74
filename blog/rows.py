"""Convert blogs to and from items of the table. Only the store imports this module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from blog import schema
from blog.model import Blog, Summary, escaped_bytes

if TYPE_CHECKING:  # the deployed packages have no type stubs
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

Row = Mapping[str, Any]


def from_blog(blog: Blog) -> dict[str, AttributeValueTypeDef]:
    """Return the item of *blog*, without empty strings, which not every database accepts."""
    texts = {**asdict(blog), schema.FEED_PARTITION: schema.FEED_VALUE}
    texts[schema.FEED_POSITION] = blog.position
    row: dict[str, AttributeValueTypeDef] = {
        name: {"S": text} for name, text in texts.items() if text
    }
    row["contents_bytes"] = {"N": str(escaped_bytes(blog.contents))}
    return row


def is_blog(row: Row) -> bool:
    """Return False for an empty row, and for a placeholder without a blog."""
    return "version" in row


def to_blog(row: Row) -> Blog:
    return Blog(contents=_text(row, "contents"), **to_summary(row).as_json())


def to_summary(row: Row) -> Summary:
    return Summary(
        id=_text(row, "id"),
        title=_text(row, "title"),
        author=_text(row, "author"),
        created_at=_text(row, "created_at"),
        updated_at=_text(row, "updated_at"),
        version=_text(row, "version"),
    )


def contents_bytes(row: Row) -> int:
    """Return the size of the contents in a response, as stored in the index."""
    return int(row["contents_bytes"]["N"])


def _text(row: Row, name: str) -> str:
    return str(row.get(name, {"S": ""})["S"])
