"""The list of blogs: draws only the rows in sight, so its length costs nothing."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import ClassVar, Final

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui import text
from tui.contract import Summary
from tui.text import Safe
from tui.widgets.cells import column, strip

_AUTHOR_WIDTH: Final = 14
_ROOMY: Final = 60  # below this width the author has no column


class BlogList(ScrollView, can_focus=True):
    """Blogs in the order given, with a cursor, and a last line that tells how it goes on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown,space", "page(1)", "Page down", show=False),
        Binding("home,g", "first", "First", show=False),
        Binding("end,G", "last", "Last", show=False),
        Binding("enter", "open", "Read", show=True),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "blog-list--cursor",
        "blog-list--date",
        "blog-list--note",
    }
    DEFAULT_CSS = """
    BlogList { height: 1fr; overflow-x: hidden; }
    BlogList > .blog-list--cursor { background: $primary 30%; }
    BlogList:focus > .blog-list--cursor { background: $primary; color: $text; text-style: bold; }
    BlogList > .blog-list--note { color: $text-muted; }
    """

    cursor: reactive[int] = reactive(0)
    """The row that keys act on."""

    class Highlighted(Message):
        """The cursor came to another blog."""

        def __init__(self, blog: Summary) -> None:
            super().__init__()
            self.blog = blog

    class Opened(Message):
        """The person wants to read the blog."""

        def __init__(self, blog: Summary) -> None:
            super().__init__()
            self.blog = blog

    class Clicked(Message):
        """The person pointed at the blog."""

        def __init__(self, blog: Summary) -> None:
            super().__init__()
            self.blog = blog

    class NeedMore(Message):
        """The end of what is loaded comes into sight."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 -- Textual's name
        super().__init__(id=id)
        self._blogs: list[Summary] = []
        self._ids: set[str] = set()
        self._note = Safe("")
        self.wants_more = False
        """There is more to load; asking for it is `NeedMore`."""

    @property
    def blogs(self) -> Sequence[Summary]:
        return self._blogs

    @property
    def current(self) -> Summary | None:
        """The blog under the cursor."""
        return self._blogs[self.cursor] if self.cursor < len(self._blogs) else None

    def show(self, blogs: Sequence[Summary], *, more: bool) -> None:
        """Replace everything; the cursor stays on the same blog when that is still there."""
        kept = self.current.id if self.current else None
        self._blogs = []
        self._ids = set()
        self._extend(blogs)
        self.wants_more = more
        rows = {blog.id: index for index, blog in enumerate(self._blogs)}
        self._go_to(rows.get(kept, min(self.cursor, len(self._blogs) - 1)) if kept else 0)

    def append(self, blogs: Sequence[Summary], *, more: bool) -> None:
        """Add older blogs at the end."""
        self._extend(blogs)
        self.wants_more = more
        self._resize()
        self._ask_when_near()

    def put(self, blog: Summary) -> None:
        """Show *blog* in its place, or first when it is new, and go to it."""
        rows = [index for index, other in enumerate(self._blogs) if other.id == blog.id]
        if rows:
            self._blogs[rows[0]] = blog
        else:
            self._blogs.insert(0, blog)
            self._ids.add(blog.id)
        self._go_to(rows[0] if rows else 0)

    def drop(self, blog_id: str) -> None:
        """Take a blog out; the cursor goes to the next one."""
        self._blogs = [blog for blog in self._blogs if blog.id != blog_id]
        self._ids.discard(blog_id)
        self._go_to(min(self.cursor, len(self._blogs) - 1))

    def note(self, words: str) -> None:
        """Say below the rows (or instead of them) how it goes on."""
        self._note = text.line(words)
        self._resize()

    def _extend(self, blogs: Sequence[Summary]) -> None:
        new = [blog for blog in blogs if blog.id not in self._ids]
        self._blogs += new
        self._ids.update(blog.id for blog in new)

    def _go_to(self, index: int) -> None:
        """Move the cursor after the rows have changed; the same number may be another blog."""
        before = self.cursor
        self._resize()
        self.cursor = max(0, index)
        if self.cursor == before:
            self._cursor_moved()

    def _resize(self) -> None:
        self.virtual_size = Size(self.size.width, len(self._blogs) + len(self._note_lines()))
        self.refresh()

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, len(self._blogs) - 1))

    def watch_cursor(self) -> None:
        self._cursor_moved()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._ask_when_near()

    def _cursor_moved(self) -> None:
        self._reveal()
        self.refresh()
        if self.current:
            self.post_message(self.Highlighted(self.current))
        self._ask_when_near()

    def _reveal(self) -> None:
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False)
        elif self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False)

    def _ask_when_near(self) -> None:
        """Ask for more when less than a screenful is left below cursor or window."""
        height = max(1, self.size.height)
        lowest = max(self.cursor, self.scroll_offset.y + height)
        if self.wants_more and lowest + height >= len(self._blogs):
            self.post_message(self.NeedMore())

    def on_resize(self) -> None:
        self._resize()
        self._reveal()
        self._ask_when_near()

    def on_click(self, event: events.Click) -> None:
        index = event.y + self.scroll_offset.y
        if index < len(self._blogs):
            self.cursor = index
            self.post_message(self.Clicked(self._blogs[index]))

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        width = self.size.width
        if index >= len(self._blogs):
            note = self.get_component_rich_style("blog-list--note")
            return strip(self._note_line(index - len(self._blogs)), width, note)
        style = self.rich_style
        if index == self.cursor:
            style = self.get_component_rich_style("blog-list--cursor")
        return self._row(self._blogs[index], width, style)

    def _row(self, blog: Summary, width: int, style: Style) -> Strip:
        """Draw date, author and title; the title comes last, where a wrong width harms nothing."""
        moment = text.row(blog.created_at).replace("T", " ")
        words = f" {column(Safe(moment[5:16]), 11)} "
        if width >= _ROOMY:
            words += f" {column(text.row(blog.author), _AUTHOR_WIDTH)} "
        return strip(Safe(f"{words} {text.row(text.title(blog.title))}"), width, style)

    def _note_lines(self) -> list[str]:
        """Wrap the note: what to do stands at its end."""
        return textwrap.wrap(self._note, max(1, self.size.width - 2))

    def _note_line(self, number: int) -> Safe:
        lines = self._note_lines()
        return Safe(f" {lines[number]}" if number < len(lines) else "")

    def action_move(self, rows: int) -> None:
        self.cursor += rows

    def action_page(self, pages: int) -> None:
        self.cursor += pages * max(1, self.size.height - 1)

    def action_first(self) -> None:
        self.cursor = 0

    def action_last(self) -> None:
        self.cursor = len(self._blogs) - 1

    def action_open(self) -> None:
        if self.current:
            self.post_message(self.Opened(self.current))
