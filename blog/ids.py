"""Ids and points in time."""

from __future__ import annotations

import re
import secrets
import time
from datetime import UTC, datetime
from typing import Final

from blog import schema

_ID: Final = re.compile(schema.ID_PATTERN)
_TIMESTAMP: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
_NANOSECONDS: Final = 1_000_000


def is_id(text: str) -> bool:
    """Tell whether *text* may be the id of a blog."""
    return _ID.fullmatch(text) is not None


def make_id(now_ns: int | None = None) -> str:
    """Make a UUID version 7 (RFC 9562): later ids sort after earlier ones.

    The twelve bits after the millisecond hold its fraction (the RFC's method 3).
    """
    milliseconds, rest = divmod(time.time_ns() if now_ns is None else now_ns, _NANOSECONDS)
    fraction = rest * 4096 // _NANOSECONDS
    value = milliseconds << 80 | 7 << 76 | fraction << 64 | 2 << 62 | secrets.randbits(62)
    digits = f"{value:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def make_version() -> str:
    """Make an opaque version that no write of any blog will have again."""
    return secrets.token_urlsafe(15)


def timestamp() -> str:
    """Say what time it is, as RFC 3339 in UTC with six decimals, so that text sorts as time."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def is_timestamp(text: str) -> bool:
    """Tell whether *text* is a real point in time as ``timestamp`` writes it."""
    if not _TIMESTAMP.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
