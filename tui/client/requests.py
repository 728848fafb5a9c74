"""Build the requests of the API."""

from __future__ import annotations

import json
import re
from typing import Final

from tui import text
from tui.client.contract import ApiError, Draft, Failure, Request
from tui.client.responses import is_tag

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,127}")


def list_request(limit: int) -> Request:
    """Return the request for the newest blogs, without their contents."""
    return Request(method="GET", target=f"/blog?limit={limit}&view=summary")


def blog_request(blog_id: str) -> Request:
    """Return the request for one blog. Reject a malformed id: it could lead to another path."""
    if not _ID.fullmatch(blog_id):
        raise ApiError(
            f"“{text.line(blog_id, 40)}” is not a valid blog id. List the blogs to see their ids.",
            Failure.MISSING,
        )
    return Request(method="GET", target=f"/blog/{blog_id}")


def write_request(
    method: str, target: str, draft: Draft | None, etag: str | None = None
) -> Request:
    """Return the request for a write, conditional on *etag* if it is given."""
    headers = {}
    if etag is not None:
        if not is_tag(etag):
            raise ApiError("The ETag contains characters that are not allowed.", Failure.REFUSED)
        headers["If-Match"] = etag
    if draft is None:
        return Request(method=method, target=target, headers=headers)
    headers["Content-Type"] = "application/json"
    body = json.dumps(vars(draft)).encode()
    return Request(method=method, target=target, headers=headers, body=body)
