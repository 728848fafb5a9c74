"""Parse response bodies: blogs, lists and problem details. Anything else is `InvalidResponse`."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from tui.client.contract import Blog, Summary

# Printable ASCII without space around it; nothing at all when the backend sent no tag.
_TAG: Final = re.compile(r"(?:[!-~](?:[ -~]*[!-~])?)?")
_SUMMARY: Final = ("id", "title", "author", "created_at", "updated_at", "version")


class InvalidResponse(ValueError):
    """The answer is not what the contract says."""


def parse_blogs(body: bytes) -> tuple[Summary, ...]:
    """Read the array that a list request gives."""
    document = _json(body)
    if not isinstance(document, list):
        raise InvalidResponse("not a list of blogs")
    return tuple(Summary(**_texts(item, _SUMMARY)) for item in document)


def parse_blog(body: bytes, etag: str) -> Blog:
    """Read the object that a request for one blog gives."""
    if not is_tag(etag):
        raise InvalidResponse("a blog with a tag that no header takes")
    return Blog(**_texts(_json(body), (*_SUMMARY, "contents")), etag=etag)


def is_tag(text: str) -> bool:
    """Tell whether *text* can be sent as an entity tag."""
    return _TAG.fullmatch(text) is not None


def problem_detail(body: bytes) -> str:
    """Give what a problem document says in words; nothing when it is something else."""
    try:
        document = _json(body)
    except InvalidResponse:
        return ""
    if not isinstance(document, dict):
        return ""
    words = (document.get(key) for key in ("detail", "title", "message"))
    return next((word for word in words if isinstance(word, str) and word), "")


def _json(body: bytes) -> Any:  # noqa: ANN401 -- JSON is anything until it is checked
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidResponse("not JSON") from error


def _texts(document: object, names: tuple[str, ...]) -> dict[str, str]:
    if not isinstance(document, dict):
        raise InvalidResponse("not a blog")
    texts = {name: document.get(name) for name in names}
    for name, value in texts.items():
        if not isinstance(value, str):
            raise InvalidResponse(f"a blog without {name}")
    return {name: str(value) for name, value in texts.items()}
