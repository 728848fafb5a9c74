"""The reading pane: one blog in full."""

from __future__ import annotations

from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui import text
from tui.client.contract import Blog
from tui.text import Safe
from tui.widgets.few_lines import FewLines
from tui.widgets.pane import set_title

# Textual's Markdown creates a widget for each block and table cell: about 50 ms per KB.
_LONG: Final = 8_000
_MANY_LINES: Final = 300
_MANY_CELLS: Final = 150
_MANY_COLUMNS: Final = 8


class Reader(Vertical):
    """Shows a blog, or a message if none is open."""

    DEFAULT_CSS = """
    Reader > #reader-title { height: auto; max-height: 3; padding: 0 1; text-style: bold; }
    Reader > #reader-about { height: auto; padding: 0 1; margin-bottom: 1; color: $text-muted; }
    Reader > #reader-body { height: 1fr; }
    Reader ShortText { height: 1fr; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 -- Textual's name
        super().__init__(id=id)
        self.blog: Blog | None = None
        self.is_raw = False
        """True if contents are shown as raw text, for this blog and the next ones."""

    def compose(self) -> ComposeResult:
        yield FewLines(id="reader-title")
        yield Static(id="reader-about", markup=False)
        yield Vertical(id="reader-body")

    async def show(self, blog: Blog, *, focus: bool) -> None:
        """Show *blog*, and focus it if *focus* is True."""
        self.blog = blog
        self._show_head(text.line(f"Blog · id {blog.id}"), text.title(blog.title), _about(blog))
        await self._show_body(focus=focus)

    async def _show_body(self, *, focus: bool) -> None:
        if self.blog is None:
            return
        body = raw(self.blog.contents) if self.is_raw else rendered(self.blog.contents)
        await self._replace(body, focus=focus)
        await draw(body)

    async def toggle_raw(self) -> None:
        """Switch between raw and rendered text."""
        self.is_raw = not self.is_raw
        await self._show_body(focus=False)

    async def show_message(self, message: str) -> None:
        """Show a message instead of a blog."""
        self.blog = None
        self._show_head(Safe("Blog"), text.line(message), Safe(""))
        # Without a body, the focus would move to the list, and keys would change its blog.
        await self._replace(VerticalScroll() if self.has_focus_within else None, focus=False)

    def _show_head(self, name: Safe, title: Safe, about: Safe) -> None:
        set_title(self, name)
        self.query_one("#reader-title", FewLines).show(title)
        self.query_one("#reader-about", Static).update(Content(about))

    async def _replace(self, body: Widget | None, *, focus: bool) -> None:
        """Mount *body* before the old one is removed, so that the reader keeps the focus."""
        frame = self.query_one("#reader-body", Vertical)
        old = list(frame.children)
        async with self.batch():
            if body:
                await frame.mount(body)
                if focus or self.has_focus_within:
                    body.focus()
            await frame.remove_children(old)

    def focus_body(self) -> None:
        """Focus the text, so that the keys scroll it."""
        for body in self.query("#reader-body > *"):
            body.focus()


def _about(blog: Blog) -> Safe:
    """Return the line below the title."""
    author = text.line(blog.author) or "nobody"
    created, updated = (_moment(moment) for moment in (blog.created_at, blog.updated_at))
    edited = "" if blog.updated_at == blog.created_at else f", edited {updated}"
    return Safe(f"by {author}, {created} UTC{edited}")


def _moment(moment: str) -> str:
    return text.row(moment)[:16].replace("T", " ")


def rendered(contents: str) -> Widget:
    """Return the widget for Markdown of this length. Call `draw` when it is mounted."""
    # Imported here, because Markdown would delay the start of the app by 0.1 s.
    if _is_long(contents):
        from tui.widgets.drawn_text import LongText  # noqa: PLC0415 -- see above

        return LongText(contents)
    from tui.widgets.short_text import ShortText  # noqa: PLC0415 -- see above

    return ShortText(contents)


def raw(contents: str) -> Widget:
    """Return the widget for raw text."""
    from tui.widgets.drawn_text import RawText  # noqa: PLC0415 -- as for rendered

    return RawText(contents)


async def draw(body: Widget) -> None:
    """Draw a mounted widget that `rendered` returned."""
    from tui.widgets.short_text import ShortText  # noqa: PLC0415 -- as for rendered

    if isinstance(body, ShortText):
        await body.draw()


def _is_long(contents: str) -> bool:
    return (
        len(contents) > _LONG
        or contents.count("\n") > _MANY_LINES
        or contents.count("|") > _MANY_CELLS
        or any(line.count("|") > _MANY_COLUMNS + 1 for line in contents.split("\n"))
    )
