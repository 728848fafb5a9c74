"""What both servers need to know about headers."""

from __future__ import annotations

import functools
import time
from email.utils import formatdate
from typing import Final

HOP_BY_HOP: Final = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-connection",
        "te",  # codespell:ignore te
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""What an intermediary must not pass on (RFC 9110, section 7.6.1); names in lower case."""


def http_date() -> bytes:
    """Return the value of a ``Date`` header for now."""
    return _date(int(time.time()))


@functools.lru_cache(maxsize=1)
def _date(second: int) -> bytes:
    return formatdate(second, usegmt=True).encode()
