"""The rules of AWS for tags, so that an invalid tag is rejected before anything is created."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from unicodedata import category

# AWS's general limits (Tagging AWS resources user guide), and the characters of IAM's pattern.
_MOST: Final = 50
_KEY_LIMIT: Final = 128
_VALUE_LIMIT: Final = 256
_SIGNS: Final = "_.:/=+-@"
_RESERVED: Final = "aws:"  # in any case; for some services (ECS) at the start of values too


def tag_error(own: Mapping[str, str], defaults: Mapping[str, str]) -> str:
    """Return the rule that the tags *own*, together with *defaults*, break, or ""."""
    if len(own) + len(defaults) > _MOST:
        most = _MOST - len(defaults)
        return f"must have at most {most} tags: AWS allows {_MOST}, with {' and '.join(defaults)}"
    if "" in own:
        return "must not have an empty key"
    taken = {key.lower(): key for key in defaults}  # IAM ignores the case of keys
    for key, value in own.items():
        other = taken.setdefault(key.lower(), key)
        if other in defaults:
            return f"must not have {key!r}: the program sets {' and '.join(defaults)}"
        if other != key:
            return f"must not have both {other!r} and {key!r}, which differ only in case"
        error = _text_error("keys", key, _KEY_LIMIT) or _text_error("values", value, _VALUE_LIMIT)
        if error:
            return error
    return ""


def _text_error(what: str, text: str, limit: int) -> str:
    if len(text) > limit:
        return f"must have {what} of at most {limit} characters: one has {len(text):,}"
    if text.lower().startswith(_RESERVED):
        return f"must not have {what} that start with {_RESERVED}, which AWS reserves: {text!r}"
    if not all(sign in _SIGNS or category(sign)[0] in "LNZ" for sign in text):
        return f"must have {what} of letters, digits, spaces and {_SIGNS}: {text!r}"
    return ""
