"""Pasted NUL characters: Textual removes them before the app could tell the user."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from textual._xterm_parser import XTermParser
from textual.message import Message

_NUL: Final = "\x00"
_STAND_IN: Final = (
    "\x80"  # also a control character, which fields remove; as a key, it does nothing
)
_feed = XTermParser.feed


def _feed_without_nul(parser: XTermParser, data: str) -> Iterable[Message]:
    return _feed(parser, data.replace(_NUL, _STAND_IN))


def keep_nul() -> None:
    """Pass NUL characters to the app as another control character."""
    XTermParser.feed = _feed_without_nul  # type: ignore[method-assign,assignment]
