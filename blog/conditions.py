"""Evaluate If-Match and If-None-Match (RFC 9110)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from blog.errors import PreconditionFailed
from blog.http import Request

# One list member: "*", an entity tag, or anything else up to the next comma (never matches).
_MEMBER: Final = re.compile(
    r'[ \t]*(?:(?P<star>\*)|(?P<weak>W/)?(?P<tag>"[\x21\x23-\x7e\x80-\U0010ffff]*"))[ \t]*(?:,|\Z)'
    r"|[^,]*(?:,|\Z)"
)


def etag(version: str) -> str:
    """Return the strong entity tag of *version*."""
    return f'"{version}"'


def require(request: Request, current: str) -> None:
    """Raise PreconditionFailed if the conditions forbid a write on the entity tag *current*."""
    headers = request.headers
    _require_match(headers, current)
    if "if-none-match" in headers and _any(headers["if-none-match"], current, weakly=True):
        raise PreconditionFailed("If-None-Match")


def is_fresh(request: Request, current: str) -> bool:
    """Return True if the client's copy is current; raise PreconditionFailed for If-Match."""
    _require_match(request.headers, current)
    return _any(request.headers.get("if-none-match", ""), current, weakly=True)


def _require_match(headers: Mapping[str, str], current: str) -> None:
    if "if-match" in headers and not _any(headers["if-match"], current, weakly=False):
        raise PreconditionFailed("If-Match")


def _any(field: str, current: str, *, weakly: bool) -> bool:
    return any(
        member["star"] or (member["tag"] == current and (weakly or not member["weak"]))
        for member in _MEMBER.finditer(field)
    )
