"""Make parsed Markdown safe: `&#x202e;` becomes a control character only when it is parsed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui import text

if TYPE_CHECKING:  # Markdown takes 0.1 s to import, and raw text does not need it
    from markdown_it.token import Token


def make_safe(tokens: Sequence[Token]) -> None:
    """Make the text of *tokens* safe for a terminal."""
    for token in tokens:
        token.content = text.whole(token.content)
        make_safe(token.children or ())
