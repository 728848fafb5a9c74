"""Ids, versions and timestamps."""

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
    """Return True if *text* is a valid id of a blog."""
    return _ID.fullmatch(text) is not None


def make_id(now_ns: int | None = None) -> str:
    """Return a new UUID version 7 (RFC 9562): later ids sort after earlier ones.

    The twelve bits after the milliseconds hold their fraction (method 3 of the RFC).
    """
    milliseconds, rest = divmod(time.time_ns() if now_ns is None else now_ns, _NANOSECONDS)
    fraction = rest * 4096 // _NANOSECONDS
    value = milliseconds << 80 | 7 << 76 | fraction << 64 | 2 << 62 | secrets.randbits(62)
    digits = f"{value:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def make_version() -> str:
    """Return a new opaque version; no two writes of any blog have the same."""
    return secrets.token_urlsafe(15)


def timestamp() -> str:
    """Return the current time as RFC 3339 in UTC, with six decimals so that it sorts as text."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def is_timestamp(text: str) -> bool:
    """Return True if *text* is a valid time in the format of ``timestamp``."""
    if not _TIMESTAMP.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
