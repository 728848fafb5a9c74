"""Parse the query string of the list."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_plus

from blog import cursor, schema
from blog.errors import BadParameter

_LIMIT: Final = re.compile("[1-9][0-9]{0,2}")
_PARAMETERS: Final = ("limit", "cursor", "view")
SUMMARY: Final = "summary"
_VIEWS: Final = ("full", SUMMARY)


@dataclass(frozen=True, kw_only=True)
class ListQuery:
    """The number of blogs, the position to start after, and the view."""

    limit: int
    before: str | None
    view: str

    def link_to(self, position: str) -> str:
        """Return the Link header (RFC 8288) of the page after *position*."""
        view = f"&view={SUMMARY}" if self.view == SUMMARY else ""
        return f'<?limit={self.limit}&cursor={cursor.encode(position)}{view}>; rel="next"'


def parse(raw: str) -> ListQuery:
    """Parse the raw query string; ignore unknown parameters."""
    given = _parameters(raw)
    return ListQuery(
        limit=_limit(given.get("limit")), before=_before(given.get("cursor")), view=_view(given)
    )


def _parameters(raw: str) -> dict[str, str]:
    given: dict[str, str] = {}
    for pair in raw.split("&"):
        name, _, value = pair.partition("=")
        name = unquote_plus(name)
        if name in given:
            raise BadParameter(name, f"{name} must not be given twice.")
        if name in _PARAMETERS:
            given[name] = unquote_plus(value)
    return given


def _limit(text: str | None) -> int:
    if text is None:
        return schema.DEFAULT_LIMIT
    if not _LIMIT.fullmatch(text) or int(text) > schema.MAX_LIMIT:
        raise BadParameter(
            "limit",
            f"limit must be a whole number from {schema.MIN_LIMIT} to {schema.MAX_LIMIT},"
            " in plain digits.",
        )
    return int(text)


def _before(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return cursor.decode(text)
    except cursor.MalformedCursor as error:
        raise BadParameter(
            "cursor",
            "cursor must come from a Link header of this list. Omit it to start with the newest"
            " blog.",
        ) from error


def _view(given: dict[str, str]) -> str:
    view = given.get("view", _VIEWS[0])
    if view not in _VIEWS:
        raise BadParameter("view", "view must be full or summary.")
    return view
