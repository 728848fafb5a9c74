"""Shows Markdown as widgets, with links to click: for texts that are not long."""

from __future__ import annotations

from markdown_it import MarkdownIt
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Markdown

from tui import text
from tui.widgets.safe_markdown import make_safe


class LinkClicked(Message):
    """Nothing was opened yet: that is for the person to decide."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url


class ShortText(VerticalScroll):
    """Markdown whose links are told to the screen instead of being opened."""

    def __init__(self, source: str) -> None:
        self._markdown = Markdown(parser_factory=_parser, open_links=False)
        super().__init__(self._markdown)
        self._source = text.block(source)

    async def draw(self) -> None:
        """Show the text; the widget must be mounted."""
        await self._markdown.update(self._source)
        # Textual parses tooltips as markup, and gives every table cell its text as one.
        for cell in self._markdown.query("MarkdownTableCellContents"):
            cell.tooltip = None

    def on_markdown_link_clicked(self, event: Markdown.LinkClicked) -> None:
        event.stop()
        self.post_message(LinkClicked(event.href))


def _parser() -> MarkdownIt:
    """Make the parser that Textual's widget expects, with text that is fit to show."""
    made = MarkdownIt("gfm-like")
    made.core.ruler.push("fit", lambda state: make_safe(state.tokens))
    return made
