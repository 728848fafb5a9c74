"""The links in a blog's Markdown, as the reading pane's own parser finds them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tui import text


@dataclass(frozen=True)
class Hyperlink:
    """Where a link leads, and the words that stand for it; neither is fit to show."""

    words: str
    url: str


def hyperlinks(contents: str) -> list[Hyperlink]:
    """Give each address that *contents* links to once, in order; takes seconds at worst."""
    found: dict[str, Hyperlink] = {}
    for token in MarkdownIt("gfm-like").parse(text.block(contents)):
        for link in _in_line(token.children or ()):
            found.setdefault(link.url, link)
    return list(found.values())


def _in_line(tokens: Sequence[Token]) -> Iterator[Hyperlink]:
    """Give the links of one paragraph, heading or cell; Markdown nests none in another."""
    url, words = "", ""
    for token in tokens:
        if token.type == "link_open":
            url, words = str(token.attrs.get("href", "")), ""
        elif token.type == "link_close":
            yield Hyperlink(words, url)
        else:
            words += token.content or " " * (token.type == "softbreak")
