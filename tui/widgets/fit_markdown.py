"""Parsed Markdown whose text is fit to show: `&#x202e;` is harmless only before it is parsed."""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it.token import Token

from tui import text


def make_fit(tokens: Sequence[Token]) -> None:
    """Make the text of *tokens* fit to show."""
    for token in tokens:
        token.content = text.whole(token.content)
        make_fit(token.children or ())
