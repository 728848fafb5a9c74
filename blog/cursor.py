"""A cursor: the position of the last blog of a page, as one opaque word."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

from blog import ids

# A position has 27 characters of time, a "#" and at most 128 of id; in base64 that is 208.
MAX_CHARACTERS: Final = 208


class MalformedCursor(ValueError):
    """The word was not made by ``encode``."""


def encode(position: str) -> str:
    """Write *position* so that it fits into a URL as it is."""
    return urlsafe_b64encode(position.encode()).decode().rstrip("=")


def decode(word: str) -> str:
    """Give the position behind *word*; raise MalformedCursor for anything not ours."""
    if len(word) > MAX_CHARACTERS:
        raise MalformedCursor(word)
    try:
        position = urlsafe_b64decode(word + "=" * (-len(word) % 4)).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise MalformedCursor(word) from error
    created_at, _, blog_id = position.partition("#")
    # Only one spelling per position: the decoder above would forgive foreign characters.
    if encode(position) != word or not ids.is_timestamp(created_at) or not ids.is_id(blog_id):
        raise MalformedCursor(word)
    return position
