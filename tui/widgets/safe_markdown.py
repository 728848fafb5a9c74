"""Parsed Markdown whose text is fit to show: `&#x202e;` is harmless only before it is parsed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui import text

if TYPE_CHECKING:  # raw text needs no Markdown, which takes 0.1 s to import
    from markdown_it.token import Token


def make_safe(tokens: Sequence[Token]) -> None:
    """Make the text of *tokens* fit to show."""
    for token in tokens:
        token.content = text.whole(token.content)
        make_safe(token.children or ())
