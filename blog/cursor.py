"""Cursors: the position of the last blog of a page, as opaque text."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

from blog import ids

# A position has 27 characters of time, "#" and an id of at most 128: 208 characters in base64.
MAX_CHARACTERS: Final = 208


class MalformedCursor(ValueError):
    """The text does not come from ``encode``."""


def encode(position: str) -> str:
    """Return *position* as text that needs no escaping in a URL."""
    return urlsafe_b64encode(position.encode()).decode().rstrip("=")


def decode(cursor: str) -> str:
    """Return the position that *cursor* encodes; raise MalformedCursor."""
    if len(cursor) > MAX_CHARACTERS:
        raise MalformedCursor(cursor)
    try:
        position = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise MalformedCursor(cursor) from error
    created_at, _, blog_id = position.partition("#")
    # The decoder ignores characters outside base64: accept only what ``encode`` returns.
    if encode(position) != cursor or not ids.is_timestamp(created_at) or not ids.is_id(blog_id):
        raise MalformedCursor(cursor)
    return position
