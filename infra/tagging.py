"""What AWS takes as tags, so that a wrong one is refused before anything is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from unicodedata import category

# AWS's general limits (Tagging AWS resources user guide), and the characters of IAM's pattern.
_MOST: Final = 50
_KEY_LIMIT: Final = 128
_VALUE_LIMIT: Final = 256
_SIGNS: Final = "_.:/=+-@"
_RESERVED: Final = "aws:"  # in any case, and for some services (ECS) at the start of values too


def mistake(own: Mapping[str, str], defaults: Mapping[str, str]) -> str:
    """Say what tags must be that *own*, beside *defaults*, are not; empty when all are right."""
    if len(own) + len(defaults) > _MOST:
        most = _MOST - len(defaults)
        return f"must hold at most {most} tags: AWS allows {_MOST}, with {' and '.join(defaults)}"
    if "" in own:
        return "must hold no empty key"
    taken = {key.lower(): key for key in defaults}  # IAM does not tell keys apart by case
    for key, value in own.items():
        other = taken.setdefault(key.lower(), key)
        if other in defaults:
            return f"must not hold {key!r}: the program sets {' and '.join(defaults)} itself"
        if other != key:
            return f"must not hold both {other!r} and {key!r}, which differ in case alone"
        wrong = _mistake_in("keys", key, _KEY_LIMIT) or _mistake_in("values", value, _VALUE_LIMIT)
        if wrong:
            return wrong
    return ""


def _mistake_in(what: str, text: str, limit: int) -> str:
    if len(text) > limit:
        return f"must hold {what} of at most {limit} characters: one has {len(text)}"
    if text.lower().startswith(_RESERVED):
        return f"must hold no {what} that begin with {_RESERVED}, which is AWS's own: {text!r}"
    if not all(sign in _SIGNS or category(sign)[0] in "LNZ" for sign in text):
        return f"must hold {what} of letters, digits, spaces and {_SIGNS}: {text!r}"
    return ""
