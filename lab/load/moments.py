"""Times in files and responses."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

_FIRST_YEAR: Final = 2000


def moment(text: str) -> datetime:
    """Return an ISO 8601 time in UTC; raise ValueError if *text* is not one with a time zone."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"the time {text} has no time zone")
    if found.year < _FIRST_YEAR:
        raise ValueError(f"the time {text} is too early")
    try:
        return found.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"the time {text} is too late") from error
