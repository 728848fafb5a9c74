"""The links of a blog's Markdown, and the list to choose one from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from markdown_it import MarkdownIt
from markdown_it.token import Token
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label, OptionList

from tui import text
from tui.dialogs.base import DIALOG_KEYS, Dialog
from tui.widgets.options import Options

MOST_LISTED: Final = 500  # more would take a second or longer to show


@dataclass(frozen=True)
class Link:
    """The address and the text of a link, both unsanitized."""

    words: str
    url: str


class LinksScreen(Dialog[str | None]):
    """Return the address of the chosen link, or None if the user cancels."""

    CSS_PATH = "links.tcss"
    BINDING_GROUP_TITLE = "Links"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,ctrl+g", "dismiss(None)", "Cancel"),
        *DIALOG_KEYS,
    ]

    def __init__(self, links: Sequence[Link]) -> None:
        super().__init__()
        self._links = links

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Label(Content(f"{_count(len(self._links))} (enter opens, esc cancels)"))
            yield Options(*map(_option, self._links[:MOST_LISTED]), markup=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._links[event.option_index].url)


def _count(links: int) -> str:
    number = text.count(links, "link")
    return number if links <= MOST_LISTED else f"The first {MOST_LISTED} of {number}"


def _option(link: Link) -> Content:
    address = text.line(link.url)
    if link.words == link.url:
        return Content(address)
    return Content.assemble((text.title(link.words), "bold"), "\n  ", address)


def find_links(contents: str) -> list[Link]:
    """Return each linked address in *contents* once, in order; can take seconds."""
    found: dict[str, Link] = {}
    for token in MarkdownIt("gfm-like").parse(text.block(contents)):
        for link in _in_line(token.children or ()):
            found.setdefault(link.url, link)
    return list(found.values())


def _in_line(tokens: Sequence[Token]) -> Iterator[Link]:
    """Yield the links of one paragraph, heading or cell; Markdown does not nest links."""
    url, words = "", ""
    for token in tokens:
        if token.type == "link_open":
            url, words = str(token.attrs.get("href", "")), ""
        elif token.type == "link_close":
            yield Link(words, url)
        else:
            words += token.content or " " * (token.type == "softbreak")
