"""The list of blogs. It draws only the visible rows, so it is fast at any length."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Final

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
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

_WHEN_WIDTH: Final = 11
_AUTHOR_WIDTH: Final = 14
_NOT_LOADED: Final = Safe(" ··· ")
_WIDE: Final = 60  # the width from which on there is a column for the author


class BlogList(ScrollView, can_focus=True):
    """A list of blogs with a cursor, and a note below the last row."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Move", show=False),
        Binding("down,j", "move(1)", "Move", show=False),
        Binding("pageup", "page(-1)", "Move a page", show=False),
        Binding("pagedown,space", "page(1)", "Move a page", show=False),
        Binding("home,g", "first", "First blog", show=False),
        Binding("end,G", "last", "Last blog", tooltip="loads all", show=False),
        Binding("enter", "open", "Read", show=False),
    ]
    BINDING_GROUP_TITLE = "List"
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "blog-list--cursor",
        "blog-list--deleting",
        "blog-list--note",
    }
    DEFAULT_CSS = """
    BlogList { height: 1fr; overflow-x: hidden; }
    BlogList > .blog-list--cursor { background: $selection; color: $text; }
    BlogList:focus > .blog-list--cursor { background: $primary; color: $on-fill; text-style: bold; }
    BlogList > .blog-list--deleting { text-style: strike; }
    BlogList > .blog-list--note { color: $text-muted; }
    """

    cursor: reactive[int] = reactive(0)
    """The selected row."""

    class Highlighted(Message):
        """The cursor moved to another blog."""

        def __init__(self, blog: Summary) -> None:
            super().__init__()
            self.blog = blog

    class Opened(Message):
        """The user opened the blog."""

        def __init__(self, blog: Summary) -> None:
            super().__init__()
            self.blog = blog

    class Clicked(Message):
        """The user clicked the blog."""

        def __init__(self, blog: Summary) -> None:
            super().__init__()
            self.blog = blog

    class NeedMore(Message):
        """The user scrolled near the end of the loaded blogs."""

    class EndRequested(Message):
        """The user wants to see the very last blog, which is not loaded."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 -- Textual's name
        super().__init__(id=id)
        self._loaded_list = LoadedList()
        self._note = Safe("")
        self._seconds_left: Mapping[str, int] = {}
        self.has_more = False
        """True if there are more blogs to load; the list posts `NeedMore` to load them."""

    @property
    def blogs(self) -> Sequence[Summary]:
        """The rows, from the top."""
        return self._loaded_list.rows

    @property
    def loaded(self) -> int:
        """The number of loaded blogs, including those filtered out."""
        return self._loaded_list.size

    @property
    def view(self) -> View:
        return self._loaded_list.view

    @property
    def current(self) -> Summary | None:
        """The blog under the cursor."""
        return self.blogs[self.cursor] if self.cursor < len(self.blogs) else None

    def show(self, blogs: Sequence[Summary], *, more: bool) -> None:
        """Replace all blogs. The cursor stays on its blog, if that is still there."""
        self.has_more = more
        self._change(lambda: self._loaded_list.replace(blogs))

    def set_view(self, view: View) -> None:
        """Filter and sort the loaded blogs. The cursor stays on its blog."""
        self._change(lambda: self._loaded_list.set_view(view))

    def append(self, blogs: Sequence[Summary], *, more: bool) -> None:
        """Add older blogs. The visible rows stay where they are."""
        row = self._loaded_list.add(blogs, self.cursor)
        self.has_more = more
        self._resize()
        if row != self.cursor:
            self.scroll_to(y=self.scroll_offset.y + row - self.cursor, animate=False)
            self.cursor = row
        self._load_more_near_end()

    def put(self, blog: Summary) -> None:
        """Replace the row of *blog*, or add it at the top, and select it."""
        self._loaded_list.put(blog)
        row = self._loaded_list.position(blog.id)
        self._go_to(self.cursor if row is None else row)

    def remove_blog(self, blog_id: str) -> None:
        """Remove a blog. If it was selected, the next one is selected."""
        selected = self.current
        self._loaded_list.remove(blog_id)
        row = self._loaded_list.position(selected.id) if selected else None
        self._go_to(min(self.cursor, len(self.blogs) - 1) if row is None else row)

    def mark_deletions(self, seconds_left: Mapping[str, int]) -> None:
        """Show the blogs that are about to be deleted, with the seconds that are left."""
        self._seconds_left = seconds_left
        self.refresh()

    def note(self, words: str) -> None:
        """Show a note below the rows."""
        self._note = text.line(words)
        self._resize()

    def _change(self, change: Callable[[], None]) -> None:
        """Change the rows. If the selected blog is gone, the same row stays selected."""
        selected = self.current
        change()
        row = self._loaded_list.position(selected.id) if selected else 0
        self._go_to(min(self.cursor, len(self.blogs) - 1) if row is None else row)

    def _go_to(self, index: int) -> None:
        """Move the cursor after the rows changed. The same row may now be another blog."""
        before = self.cursor
        self._resize()
        self.cursor = max(0, index)
        if self.cursor == before:
            self._cursor_moved()

    @property
    def _placeholders(self) -> int:
        """The number of placeholder rows for the next page, so that the user can scroll there."""
        return LARGEST_PAGE if self._loads_on_scroll else 0

    @property
    def _loads_on_scroll(self) -> bool:
        """True if scrolling loads more. In a filtered or sorted list, new blogs can be anywhere."""
        return self.has_more and self.view == View()

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
        self._load_more_near_end()

    def _cursor_moved(self) -> None:
        self._reveal()
        self.refresh()
        if self.current:
            self._post_from_self(self.Highlighted(self.current))
        self._load_more_near_end()

    def _post_from_self(self, message: Message) -> None:
        """Post with this widget as sender. Textual stops a message at the widget that sent it."""
        self.post_message(message.set_sender(self))

    def _reveal(self) -> None:
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False)
        elif self._last_row_to_show(height) >= top + height:
            self.scroll_to(y=self._last_row_to_show(height) - height + 1, animate=False)

    def _last_row_to_show(self, height: int) -> int:
        """Return the row of the cursor, or the end of the note if it is the last row."""
        if self.cursor < len(self.blogs) - 1 or self._placeholders:
            return self.cursor
        return self.cursor + min(len(self._note_lines()), height - 1)

    def _load_more_near_end(self) -> None:
        """Post NeedMore if fewer than two screens of rows are left below."""
        height = max(1, self.size.height)
        lowest = max(self.cursor, self.scroll_offset.y + height)
        if self._loads_on_scroll and lowest + 2 * height >= len(self.blogs):
            self._post_from_self(self.NeedMore())

    def on_resize(self) -> None:
        self._resize()
        self._reveal()
        self._load_more_near_end()

    def on_click(self, event: events.Click) -> None:
        index = event.y + self.scroll_offset.y
        if index < len(self.blogs):
            self.cursor = index
            self.post_message(self.Clicked(self.blogs[index]))

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
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
        """Draw date, author and title. The title is last, because its width may be unknown."""
        when = Safe(text.row(blog.created_at).replace("T", " ")[5:16])
        if blog.id in self._seconds_left:
            when = Safe(f"gone in {self._seconds_left[blog.id]} s")
            style += self.get_component_rich_style("blog-list--deleting", partial=True)
        title = text.row(text.title(blog.title))
        return strip(_columns(when, text.row(blog.author), title, width), width, style)

    def _note_lines(self) -> list[str]:
        """Wrap the note, so that its end with the next step is visible."""
        width = max(1, self.scrollable_content_region.width - 2)
        return [line.plain for line in Content(self._note).wrap(width)] if self._note else []

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
        if self.has_more:
            self.post_message(self.EndRequested())

    def action_open(self) -> None:
        if self.current:
            self.post_message(self.Opened(self.current))


def heading(width: int) -> Safe:
    """Return the heads of the columns, for a list of this width."""
    return _columns(Safe("UTC"), Safe("author"), Safe("title"), width)


def _columns(when: Safe, author: Safe, title: Safe, width: int) -> Safe:
    by = f" {column(author, _AUTHOR_WIDTH)} " if width >= _WIDE else ""
    return Safe(f" {column(when, _WHEN_WIDTH)} {by} {title}")
