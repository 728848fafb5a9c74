"""Short Markdown, shown as widgets with clickable links."""

from __future__ import annotations

from markdown_it import MarkdownIt
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Markdown

from tui import text
from tui.widgets.safe_markdown import make_safe
from tui.widgets.table_layout import TableLayout


class LinkClicked(Message):
    """The user clicked a link. It is not opened yet: the app asks first."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url


class ShortText(VerticalScroll):
    """Rendered Markdown that posts `LinkClicked` instead of opening a link."""

    BINDING_GROUP_TITLE = "Text"
    DEFAULT_CSS = """
    ShortText > Markdown { padding: 0 1; }
    ShortText MarkdownH1 { content-align: left middle; }
    """

    def __init__(self, source: str) -> None:
        self._markdown = Markdown(parser_factory=_parser, open_links=False)
        super().__init__(self._markdown)
        self._source = text.block(source)

    async def draw(self) -> None:
        """Show the text; the widget must be mounted."""
        await self._markdown.update(self._source)
        for first in self._markdown.children[:1]:
            first.styles.margin = (0, *first.styles.margin[1:])  # the head above has its own
        # Textual sets the text of each table cell as its tooltip, and parses it as markup.
        for cell in self._markdown.query("MarkdownTableCellContents"):
            cell.tooltip = None
        for table in self._markdown.query("MarkdownTableContent"):
            table.styles.set_rule("layout", TableLayout())
            table.refresh(layout=True)

    def on_markdown_link_clicked(self, event: Markdown.LinkClicked) -> None:
        event.stop()
        self.post_message(LinkClicked(event.href))


def _parser() -> MarkdownIt:
    """Return the parser that Textual's widget expects, with safe text."""
    parser = MarkdownIt("gfm-like")
    parser.core.ruler.push("make_safe", lambda state: make_safe(state.tokens))
    return parser
