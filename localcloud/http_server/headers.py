"""Headers that belong to one connection and not to the message that it carries."""

from __future__ import annotations

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
