"""The request log below the list: the requests of this run, newest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from rich.style import Style
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.client.contract import LogEntry
from tui.text import Safe
from tui.widgets.pane import set_title
from tui.widgets.strips import both_ends, column, in_style, strip, window

_COLUMNS: Final[tuple[tuple[str, int, Callable[[LogEntry], str]], ...]] = (
    ("UTC", 8, lambda entry: entry.at),
    ("backend", 10, lambda entry: entry.backend.word),
    ("method", 6, lambda entry: entry.method),
    ("code", 4, lambda entry: str(entry.status or "none")),
    ("       ms", 9, lambda entry: f"{entry.milliseconds:,.0f}".rjust(9)),
    ("start", 5, lambda entry: entry.warmth),
    ("path", 40, lambda entry: both_ends(entry.path, 40)),
    ("served by", 60, lambda entry: entry.served_by),
)

WORD_AT: Final = 11
"""The cell where the name of the backend starts."""


class RequestLog(ScrollView, can_focus=True):
    """Shows backend, method, status, time, start (cold or warm), path and server."""

    BINDING_GROUP_TITLE = "Log"
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "request-log--head",
        "request-log--failed",
        "request-log--functions",
        "request-log--containers",
    }
    DEFAULT_CSS = """
    RequestLog { height: 8; scrollbar-size-horizontal: 0; }
    RequestLog > .request-log--head { color: $text-muted; text-style: bold; }
    RequestLog > .request-log--failed { color: $text-error; }
    RequestLog > .request-log--functions { background: $functions; color: $on-backend; }
    RequestLog > .request-log--containers { background: $containers; color: $on-backend; }
    """

    def __init__(self, entries: Sequence[LogEntry], *, id: str | None = None) -> None:  # noqa: A002 -- Textual's name
        super().__init__(id=id)
        set_title(self, Safe("Request log"))
        self._entries = entries

    def update(self) -> None:
        """Show the requests that the session has recorded."""
        width = sum(cells + 2 for _, cells, _ in _COLUMNS)
        self.virtual_size = Size(width, len(self._entries) + 1)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        x, top = self.scroll_offset
        return window(self._line(y + top), x, self.scrollable_content_region.width, self.rich_style)

    def _line(self, index: int) -> Strip:
        if index == 0:
            head = self.get_component_rich_style("request-log--head")
            return _drawn([title for title, _, _ in _COLUMNS], head)
        if index > len(self._entries):
            return Strip.blank(self.size.width, self.rich_style)
        entry = self._entries[index - 1]
        style = self.rich_style
        if entry.failed:
            style = self.get_component_rich_style("request-log--failed")
        drawn = _drawn([read(entry) for _, _, read in _COLUMNS], style)
        word = self.get_component_rich_style(f"request-log--{entry.backend}")
        return in_style(drawn, WORD_AT, entry.backend.word, word)


def _drawn(values: Sequence[str], style: Style) -> Strip:
    cells = [
        column(Safe(value), width) for value, (_, width, _) in zip(values, _COLUMNS, strict=True)
    ]
    words = Safe("  ".join(cells))
    return strip(Safe(f" {words}"), sum(width + 2 for _, width, _ in _COLUMNS), style)
