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

# Textual's Markdown makes a widget of every block and table cell: about 50 ms for each KB.
_LONG: Final = 8_000
_MANY_LINES: Final = 300
_MANY_CELLS: Final = 150


class Reader(Vertical):
    """Shows a blog, or what to do to see one."""

    DEFAULT_CSS = """
    Reader > #reader-head { height: auto; max-height: 6; padding: 0 1; }
    Reader > #reader-body { height: 1fr; }
    Reader ShortText { height: 1fr; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 -- Textual's name
        super().__init__(id=id)
        self.blog: Blog | None = None
        self.is_raw = False
        """The text is shown as it is written, this one and those to come."""

    def compose(self) -> ComposeResult:
        yield Static(id="reader-head", markup=False)
        yield Vertical(id="reader-body")

    async def show(self, blog: Blog, *, focus: bool) -> None:
        """Replace what is shown by *blog*; *focus* lets the keys scroll it at once."""
        self.blog = blog
        self.query_one("#reader-head", Static).update(_head(blog))
        await self._show_body(focus=focus)

    async def _show_body(self, *, focus: bool) -> None:
        if self.blog is None:
            return
        body = raw(self.blog.contents) if self.is_raw else rendered(self.blog.contents)
        await self._replace(body, focus=focus)
        await draw(body)

    async def toggle_raw(self) -> None:
        """Show the text as it is written, or rendered again."""
        self.is_raw = not self.is_raw
        await self._show_body(focus=False)

    async def say(self, words: str) -> None:
        """Show a message instead of a blog."""
        self.blog = None
        self.query_one("#reader-head", Static).update(Content(text.line(words)))
        # Without a body the focus would leave for the list, and keys would act on its blog.
        await self._replace(VerticalScroll() if self.has_focus_within else None, focus=False)

    async def _replace(self, body: Widget | None, *, focus: bool) -> None:
        """Put *body* in before the old one goes, so that the focus has somewhere to stay."""
        frame = self.query_one("#reader-body", Vertical)
        old = list(frame.children)
        async with self.batch():
            if body:
                await frame.mount(body)
                if focus or self.has_focus_within:
                    body.focus()
            await frame.remove_children(old)

    def focus_body(self) -> None:
        """Let the keys scroll the text."""
        for body in self.query("#reader-body > *"):
            body.focus()


def _head(blog: Blog) -> Content:
    author = text.line(blog.author) or "nobody"
    created, updated = (_moment(moment) for moment in (blog.created_at, blog.updated_at))
    edited = "" if blog.updated_at == blog.created_at else f", edited {updated}"
    return Content.assemble(
        (text.title(blog.title), "bold"),
        f"\nby {author}, {created} UTC{edited}\n",
        (f"id {text.line(blog.id)}", "dim"),
    )


def _moment(moment: str) -> str:
    return text.row(moment)[:16].replace("T", " ")


def rendered(contents: str) -> Widget:
    """Make the widget that shows Markdown of this length; `draw` it when it is mounted."""
    # Imported for the first blog that is read: Markdown takes 0.1 s that the start has not.
    if _is_heavy(contents):
        from tui.widgets.drawn_text import LongText  # noqa: PLC0415 -- see above

        return LongText(contents)
    from tui.widgets.short_text import ShortText  # noqa: PLC0415 -- see above

    return ShortText(contents)


def raw(contents: str) -> Widget:
    """Make the widget that shows a text as it is written."""
    from tui.widgets.drawn_text import RawText  # noqa: PLC0415 -- as for rendered

    return RawText(contents)


async def draw(body: Widget) -> None:
    """Fill a widget that `rendered` made, and that is mounted."""
    from tui.widgets.short_text import ShortText  # noqa: PLC0415 -- as for rendered

    if isinstance(body, ShortText):
        await body.draw()


def _is_heavy(contents: str) -> bool:
    return (
        len(contents) > _LONG
        or contents.count("\n") > _MANY_LINES
        or contents.count("|") > _MANY_CELLS
    )
