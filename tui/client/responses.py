"""Parse response bodies: blogs, lists and problem details."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from tui.client.contract import Blog, Summary

# Printable ASCII without surrounding spaces, or empty if the backend sent no ETag.
_TAG: Final = re.compile(r"(?:[!-~](?:[ -~]*[!-~])?)?")
_SUMMARY: Final = ("id", "title", "author", "created_at", "updated_at", "version")


class InvalidResponse(ValueError):
    """The response does not match the API."""


def parse_blogs(body: bytes) -> tuple[Summary, ...]:
    """Parse the array in the response to a list request."""
    document = _json(body)
    if not isinstance(document, list):
        raise InvalidResponse("not a list of blogs")
    return tuple(Summary(**_texts(item, _SUMMARY)) for item in document)


def parse_blog(body: bytes, etag: str) -> Blog:
    """Parse the object in the response to a request for one blog."""
    if not is_tag(etag):
        raise InvalidResponse("a blog with an invalid ETag")
    return Blog(**_texts(_json(body), (*_SUMMARY, "contents")), etag=etag)


def is_tag(text: str) -> bool:
    """Return True if *text* can be sent as an ETag."""
    return _TAG.fullmatch(text) is not None


def problem_detail(body: bytes) -> str:
    """Return the message of a problem document (RFC 9457), or "" for any other body."""
    try:
        document = _json(body)
    except InvalidResponse:
        return ""
    if not isinstance(document, dict):
        return ""
    texts = (document.get(key) for key in ("detail", "title", "message"))
    return next((text for text in texts if isinstance(text, str) and text), "")


def _json(body: bytes) -> Any:  # noqa: ANN401 -- the callers check the type
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
