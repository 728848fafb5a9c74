"""The list of blogs: draws only the rows in sight, so its length costs nothing."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
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
from tui.client.contract import LARGEST_PAGE, Summary
from tui.state.loaded_list import LoadedList, View
from tui.text import Safe
from tui.widgets.strips import column, strip

_AUTHOR_WIDTH: Final = 14
_NOT_LOADED: Final = Safe(" ··· ")
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
        Binding("enter", "open", "Read", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "blog-list--cursor",
        "blog-list--doomed",
        "blog-list--note",
    }
    DEFAULT_CSS = """
    BlogList { height: 1fr; overflow-x: hidden; }
    BlogList > .blog-list--cursor { background: $primary 30%; }
    BlogList:focus > .blog-list--cursor { background: $primary; color: $text; text-style: bold; }
    BlogList > .blog-list--doomed { text-style: strike; }
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
        """The end of what is loaded comes near."""

    class EndWanted(Message):
        """The person wants to see the last blog of all, which is not loaded."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 -- Textual's name
        super().__init__(id=id)
        self._loaded_list = LoadedList()
        self._note = Safe("")
        self._doomed: Mapping[str, int] = {}
        self.wants_more = False
        """There is more to load; asking for it is `NeedMore`."""

    @property
    def blogs(self) -> Sequence[Summary]:
        """The rows, from the top."""
        return self._loaded_list.rows

    @property
    def loaded(self) -> int:
        """How many blogs are known, shown or not."""
        return self._loaded_list.size

    @property
    def view(self) -> View:
        return self._loaded_list.view

    @property
    def current(self) -> Summary | None:
        """The blog under the cursor."""
        return self.blogs[self.cursor] if self.cursor < len(self.blogs) else None

    def show(self, blogs: Sequence[Summary], *, more: bool) -> None:
        """Replace everything; the cursor stays on the same blog when that is still there."""
        self.wants_more = more
        self._change(lambda: self._loaded_list.replace(blogs))

    def see(self, view: View) -> None:
        """Show what *view* says of what is loaded; the cursor stays on its blog."""
        self._change(lambda: self._loaded_list.see(view))

    def append(self, blogs: Sequence[Summary], *, more: bool) -> None:
        """Add older blogs; what is in sight stays where it is."""
        row = self._loaded_list.add(blogs, self.cursor)
        self.wants_more = more
        self._resize()
        if row != self.cursor:
            self.scroll_to(y=self.scroll_offset.y + row - self.cursor, animate=False)
            self.cursor = row
        self._ask_when_near()

    def put(self, blog: Summary) -> None:
        """Show *blog* in its place, or first when it is new, and go to it."""
        self._loaded_list.put(blog)
        row = self._loaded_list.position(blog.id)
        self._go_to(self.cursor if row is None else row)

    def drop(self, blog_id: str) -> None:
        """Take a blog out; the cursor goes to the next one when it was there."""
        kept = self.current
        self._loaded_list.drop(blog_id)
        row = self._loaded_list.position(kept.id) if kept else None
        self._go_to(min(self.cursor, len(self.blogs) - 1) if row is None else row)

    def mark(self, doomed: Mapping[str, int]) -> None:
        """Show in how many seconds which blogs are deleted."""
        self._doomed = doomed
        self.refresh()

    def note(self, words: str) -> None:
        """Say below the rows (or instead of them) how it goes on."""
        self._note = text.line(words)
        self._resize()

    def _change(self, change: Callable[[], None]) -> None:
        """Change many rows; without its blog the cursor keeps its number, if there was a blog."""
        kept = self.current
        change()
        row = self._loaded_list.position(kept.id) if kept else 0
        self._go_to(min(self.cursor, len(self.blogs) - 1) if row is None else row)

    def _go_to(self, index: int) -> None:
        """Move the cursor after the rows have changed; the same number may be another blog."""
        before = self.cursor
        self._resize()
        self.cursor = max(0, index)
        if self.cursor == before:
            self._cursor_moved()

    @property
    def _placeholders(self) -> int:
        """Rows that stand for the next page, so that there is somewhere to scroll to."""
        return LARGEST_PAGE if self._loads_by_itself else 0

    @property
    def _loads_by_itself(self) -> bool:
        """What is left out or sorted says nothing of where the next page would stand."""
        return self.wants_more and self.view == View()

    def _resize(self) -> None:
        height = len(self.blogs) + self._placeholders + len(self._note_lines())
        self.virtual_size = Size(self.size.width, height)
        self.refresh()

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, len(self.blogs) - 1))

    def watch_cursor(self) -> None:
        self._cursor_moved()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._ask_when_near()

    def _cursor_moved(self) -> None:
        self._reveal()
        self.refresh()
        if self.current:
            self._tell(self.Highlighted(self.current))
        self._ask_when_near()

    def _tell(self, message: Message) -> None:
        """Tell everybody above: what a widget's parent has caused would else end at that parent."""
        self.post_message(message.set_sender(self))

    def _reveal(self) -> None:
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False)
        elif self._lowest_wanted(height) >= top + height:
            self.scroll_to(y=self._lowest_wanted(height) - height + 1, animate=False)

    def _lowest_wanted(self, height: int) -> int:
        """Give the cursor's row, or what is said below when that is the last one."""
        if self.cursor < len(self.blogs) - 1 or self._placeholders:
            return self.cursor
        return self.cursor + min(len(self._note_lines()), height - 1)

    def _ask_when_near(self) -> None:
        """Ask for more when less than two screenfuls are left below cursor or window."""
        height = max(1, self.size.height)
        lowest = max(self.cursor, self.scroll_offset.y + height)
        if self._loads_by_itself and lowest + 2 * height >= len(self.blogs):
            self._tell(self.NeedMore())

    def on_resize(self) -> None:
        self._resize()
        self._reveal()
        self._ask_when_near()

    def on_click(self, event: events.Click) -> None:
        index = event.y + self.scroll_offset.y
        if index < len(self.blogs):
            self.cursor = index
            self.post_message(self.Clicked(self.blogs[index]))

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        width = self.size.width
        if index < len(self.blogs):
            return self._row(self.blogs[index], width, self._row_style(index))
        muted = self.get_component_rich_style("blog-list--note")
        below = index - len(self.blogs) - self._placeholders
        return strip(_NOT_LOADED if below < 0 else self._note_line(below), width, muted)

    def _row_style(self, index: int) -> Style:
        if index == self.cursor:
            return self.get_component_rich_style("blog-list--cursor")
        return self.rich_style

    def _row(self, blog: Summary, width: int, style: Style) -> Strip:
        """Draw date, author and title; the title comes last, where a wrong width harms nothing."""
        when = Safe(text.row(blog.created_at).replace("T", " ")[5:16])
        if blog.id in self._doomed:
            when = Safe(f"gone in {self._doomed[blog.id]} s")
            style += self.get_component_rich_style("blog-list--doomed", partial=True)
        words = f" {column(when, 11)} "
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
        self.cursor = len(self.blogs) - 1
        if self.wants_more:
            self.post_message(self.EndWanted())

    def action_open(self) -> None:
        if self.current:
            self.post_message(self.Opened(self.current))
