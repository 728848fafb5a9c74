"""Validate the fields of a blog."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from blog import ids, schema
from blog.errors import InvalidField
from blog.model import Draft

_SERVER_FIELDS: Final = frozenset({"created_at", "updated_at", "version"})
_FIELDS: Final = frozenset({"id", "title", "author", "contents"})
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_MAX_ECHO: Final = 100


def new_blog(members: Mapping[str, object]) -> Draft:
    """Validate the body of a POST. Without an id, or with null or "", the server generates one."""
    _reject_unknown(members)
    blog_id = members.get("id")
    if blog_id is not None and blog_id != "" and not _is_id(blog_id):
        raise InvalidField(
            f"id must match {schema.ID_PATTERN}. Omit it to get a new one.", field="id"
        )
    return _draft(str(blog_id) if blog_id else None, members)


def changed_blog(members: Mapping[str, object], blog_id: str) -> Draft:
    """Validate the body of a PUT to the blog *blog_id*."""
    _reject_unknown(members)
    if members.get("id") not in (None, blog_id):
        raise InvalidField("id must equal the id in the path, or be omitted.", field="id")
    return _draft(blog_id, members)


def _draft(blog_id: str | None, members: Mapping[str, object]) -> Draft:
    return Draft(
        id=blog_id,
        title=_title(_text("title", members)),
        author=_author(_text("author", members)),
        contents=_contents(_text("contents", members)),
    )


def _reject_unknown(members: Mapping[str, object]) -> None:
    for name in members:
        if name not in _FIELDS | _SERVER_FIELDS:
            # UTF-8 cannot encode half of a surrogate pair.
            shown = _SURROGATE.sub("\ufffd", name)[:_MAX_ECHO]
            raise InvalidField(
                "Unknown member. A blog has id, title, author and contents.", field=shown
            )


def _is_id(value: object) -> bool:
    return isinstance(value, str) and ids.is_id(value)


def _text(name: str, members: Mapping[str, object]) -> str:
    if name not in members:
        raise InvalidField(f"{name} is missing.", field=name)
    value = members[name]
    if not isinstance(value, str):
        raise InvalidField(f"{name} must be a string.", field=name)
    if _SURROGATE.search(value):
        raise InvalidField(
            f"{name} must not have half of a surrogate pair (\\ud800 to \\udfff).",
            field=name,
        )
    return value


def _title(title: str) -> str:
    if not title.strip():
        raise InvalidField("title must not be blank.", field="title")
    if len(title) > schema.MAX_TITLE_CHARACTERS:
        raise InvalidField(
            f"title must have at most {schema.MAX_TITLE_CHARACTERS} characters.", field="title"
        )
    return title


def _author(author: str) -> str:
    if len(author) > schema.MAX_AUTHOR_CHARACTERS:
        raise InvalidField(
            f"author must have at most {schema.MAX_AUTHOR_CHARACTERS} characters.", field="author"
        )
    return author


def _contents(contents: str) -> str:
    if len(contents.encode()) > schema.MAX_CONTENTS_BYTES:
        raise InvalidField(
            f"contents must have at most {schema.MAX_CONTENTS_BYTES:,} bytes of UTF-8.",
            field="contents",
        )
    return contents
