"""What an Application Load Balancer answers by itself, in one table with sources.

Statuses and causes: "Troubleshoot your Application Load Balancers" in the AWS documentation (sure).
Bodies and headers: 502 (122 bytes), 503 (162) and 504 (132) as published by users from real ones
(sure for 503, shown in full there; the other lengths fit the same pattern); 400, 405, 408, 463 and
501 follow the pattern too (believed).
"""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import formatdate
from typing import Final

import h11

REASONS: Final = {
    400: "Bad Request",  # malformed, or a header over 64 KiB
    405: "Not Allowed",  # TRACE
    408: "Request Time-out",  # the client stopped sending (believed: ALB's reason is not published)
    414: "Request-URI Too Large",  # over 16 KiB (believed: 400 is documented for that as well)
    463: "",  # more than 30 addresses in X-Forwarded-For (believed: no reason phrase)
    501: "Not Implemented",  # a transfer coding other than chunked
    502: "Bad Gateway",  # refused, reset, closed or malformed before an answer
    503: "Service Temporarily Unavailable",  # no target
    504: "Gateway Time-out",  # no connection within 10 s, or no answer within the idle time-out
}


@dataclass(frozen=True)
class Answer:
    """A whole response that no target has made."""

    head: h11.Response
    body: bytes


def own_answer(status: int) -> Answer:
    """Make the load balancer's own page for *status*."""
    title = f"{status} {REASONS[status]}".rstrip()
    page = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n"
        f"<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
    )
    return made_answer(status, "text/html", page.encode(), REASONS[status])


def made_answer(status: int, content_type: str, body: bytes, reason: str = "") -> Answer:
    """Make an answer with the headers that every answer of a load balancer itself has."""
    headers = [
        ("Server", "awselb/2.0"),
        ("Date", formatdate(usegmt=True)),
        ("Content-Type", content_type),
        ("Content-Length", str(len(body))),
    ]
    return Answer(h11.Response(status_code=status, headers=headers, reason=reason.encode()), body)
