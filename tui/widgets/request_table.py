"""The request log with a cursor and a filter."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui import text
from tui.client.contract import LogEntry
from tui.client.timing import milliseconds
from tui.state.history import History, matches
from tui.text import Safe
from tui.widgets.pane import set_title
from tui.widgets.request_log import WORD_AT
from tui.widgets.strips import both_ends, column, in_style, strip

_Column = tuple[str, int, Callable[[LogEntry], str]]
_FIRST: Final[tuple[_Column, ...]] = (
    ("UTC", 8, lambda entry: entry.at),
    ("backend", 10, lambda entry: entry.backend.word),
    ("method", 6, lambda entry: entry.method),
    ("code", 4, lambda entry: str(entry.status or "none")),
    ("       ms", 9, lambda entry: milliseconds(entry.milliseconds).rjust(9)),
    ("start", 5, lambda entry: entry.warmth),
)
_PHASES: Final[tuple[_Column, ...]] = (
    ("  connect", 9, lambda entry: milliseconds(entry.phases.connect).rjust(9)),
    ("      TLS", 9, lambda entry: milliseconds(entry.phases.tls).rjust(9)),
    (" 1st byte", 9, lambda entry: milliseconds(entry.phases.first_byte).rjust(9)),
    ("     body", 9, lambda entry: milliseconds(entry.phases.body).rjust(9)),
    ("      app", 9, lambda entry: milliseconds(entry.server.app).rjust(9)),
    ("       db", 9, lambda entry: milliseconds(entry.server.db).rjust(9)),
)
_WIDE: Final = 140  # the width from which on there are columns for the phases


class RequestTable(ScrollView, can_focus=True):
    """A table of requests, newest first. The cursor stays on its request when others arrive."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Move", show=False),
        Binding("down,j", "move(1)", "Move", show=False),
        Binding("pageup", "page(-1)", "Move a page", show=False),
        Binding("pagedown,space", "page(1)", "Move a page", show=False),
        Binding("home,g", "move(-1000000)", "Newest request", show=False),
        Binding("end,G", "move(1000000)", "Oldest request", show=False),
    ]
    BINDING_GROUP_TITLE = "Requests"
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "request-table--head",
        "request-table--failed",
        "request-table--cursor",
        "request-table--functions",
        "request-table--containers",
    }
    DEFAULT_CSS = """
    RequestTable { overflow-x: hidden; }
    RequestTable > .request-table--head { color: $text-muted; text-style: bold; }
    RequestTable > .request-table--failed { color: $text-error; }
    RequestTable > .request-table--functions { background: $functions; color: $on-backend; }
    RequestTable > .request-table--containers { background: $containers; color: $on-backend; }
    RequestTable > .request-table--cursor { background: $selection; color: $text; }
    RequestTable:focus > .request-table--cursor {
        background: $primary;
        color: $on-fill;
        text-style: bold;
    }
    """

    class Highlighted(Message):
        """The cursor moved to another request, or there is none."""

        def __init__(self, entry: LogEntry | None) -> None:
            super().__init__()
            self.entry = entry

    def __init__(self, history: History, *, id: str | None = None) -> None:  # noqa: A002 -- Textual's name
        super().__init__(id=id)
        self._history = history
        self._filter = ""
        self._rows: list[LogEntry] = []
        self._cursor = 0

    @property
    def rows(self) -> list[LogEntry]:
        """The listed requests."""
        return self._rows

    @property
    def current(self) -> LogEntry | None:
        """The request under the cursor."""
        return self._rows[self._cursor] if self._cursor < len(self._rows) else None

    def set_filter(self, words: str) -> None:
        """List only the requests that match *words*."""
        self._filter = words
        self.update()

    def update(self) -> None:
        """List the requests that the session has recorded."""
        selected = self.current.number if self.current else 0
        self._rows = [entry for entry in self._history if matches(entry, self._filter)]
        rows = (index for index, entry in enumerate(self._rows) if entry.number == selected)
        self.virtual_size = Size(self.size.width, len(self._rows) + 1)
        set_title(self, self._count())
        self.go_to(next(rows, min(self._cursor, max(0, len(self._rows) - 1))))
        self.refresh()

    def _count(self) -> Safe:
        requests = text.count(len(self._history), "request")
        return Safe(f"{len(self._rows):,} of {requests}") if self._filter.strip() else requests

    def go_to(self, index: int) -> None:
        """Move the cursor, and scroll if necessary."""
        self._cursor = max(0, min(index, len(self._rows) - 1))
        top = self.scroll_offset.y
        # The heading covers the first line.
        lowest, highest = self._cursor, max(0, self._cursor + 2 - self.size.height)
        wanted = min(max(top, highest), lowest)
        if wanted != top:
            self.scroll_to(y=wanted, animate=False, force=True, immediate=True)
        self.refresh()
        self.post_message(self.Highlighted(self.current))

    def action_move(self, rows: int) -> None:
        self.go_to(self._cursor + rows)

    def action_page(self, pages: int) -> None:
        self.go_to(self._cursor + pages * max(1, self.size.height - 2))

    def on_click(self, event: events.Click) -> None:
        index = event.y + self.scroll_offset.y - 1
        if 0 <= index < len(self._rows):
            self.go_to(index)

    def on_resize(self) -> None:
        self.virtual_size = Size(self.size.width, len(self._rows) + 1)

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        index = y + self.scroll_offset.y - 1
        if y == 0:
            head = self.get_component_rich_style("request-table--head")
            return strip(self._columns(None), width, head)
        if index >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        entry = self._rows[index]
        style = self.rich_style
        if entry.failed:
            style = self.get_component_rich_style("request-table--failed")
        if index == self._cursor:
            style = self.get_component_rich_style("request-table--cursor")
        word = self.get_component_rich_style(f"request-table--{entry.backend}")
        return in_style(
            strip(self._columns(entry), width, style), WORD_AT, entry.backend.word, word
        )

    def _columns(self, entry: LogEntry | None) -> Safe:
        """Return the columns that fit, the path last; without an entry, the headings."""
        columns = (*_FIRST, *(_PHASES if self.scrollable_content_region.width >= _WIDE else ()))
        cells = [column(Safe(read(entry) if entry else name), n) for name, n, read in columns]
        room = self.scrollable_content_region.width - sum(width + 2 for _, width, _ in columns) - 1
        path = both_ends(entry.path, max(8, room)) if entry else "path"
        return Safe(f" {'  '.join(cells)}  {path}")
