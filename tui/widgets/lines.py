"""A scrollable text of styled lines. Long lines are wrapped; only visible lines are drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from rich.cells import chop_cells
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.settings.values import BackendName
from tui.text import Safe
from tui.widgets.strips import in_style, strip

Line = tuple[str, Safe]
"""A style (``plain``, ``head``, ``backends``, ``dim``, ``old``, ``new``) and a text.

``backends`` is a heading in which the name of each backend has its color.
"""

MARKS: Final = ("head", "backends", "dim", "old", "new")


class Lines(ScrollView, can_focus=True):
    """A read-only text."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", "Scroll", show=False),
        Binding("k", "scroll_up", "Scroll", show=False),
        Binding("space", "page_down", "Scroll", show=False),
    ]
    BINDING_GROUP_TITLE = "Text"
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"lines--{name}" for name in (*MARKS, *BackendName)}
    DEFAULT_CSS = """
    Lines {
        overflow-x: hidden;
        overflow-y: scroll;
        padding: 0 1;
        scrollbar-background: $background;
        scrollbar-background-hover: $background;
        scrollbar-background-active: $background;
    }
    Lines > .lines--head { text-style: bold; }
    Lines > .lines--backends { text-style: bold; }
    Lines > .lines--functions { background: $functions; color: $on-backend; text-style: bold; }
    Lines > .lines--containers { background: $containers; color: $on-backend; text-style: bold; }
    Lines > .lines--dim { color: $text-muted; }
    Lines > .lines--old { color: $text-error; }
    Lines > .lines--new { color: $text-success; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 -- Textual's name
        super().__init__(id=id)
        self._lines_for: Callable[[int], Sequence[Line]] = lambda width: ()  # noqa: ARG005 -- no lines yet
        self._wrapped: list[Line] = []

    def show(self, lines: Sequence[Line]) -> None:
        """Replace all lines, and scroll to the top."""
        self.fit(lambda width: lines)  # noqa: ARG005 -- the same lines for any width

    def fit(self, lines_for: Callable[[int], Sequence[Line]]) -> None:
        """Show the lines that *lines_for* returns for the width, now and after each resize."""
        self._lines_for = lines_for
        self.scroll_home(animate=False)
        self._wrap()

    def update(self) -> None:
        """Show what the function of `fit` returns now; the scroll position stays."""
        self._wrap()

    def on_resize(self) -> None:
        self._wrap()

    def _wrap(self) -> None:
        width = max(1, self.scrollable_content_region.width)
        self._wrapped = [
            (mark, Safe(piece))
            for mark, words in self._lines_for(width)
            for piece in (chop_cells(words, width) if words else [""])
        ]
        self.virtual_size = Size(width, len(self._wrapped))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        width = self.size.width
        if index >= len(self._wrapped):
            return Strip.blank(width, self.rich_style)
        mark, words = self._wrapped[index]
        line = strip(words, width, self._style(mark))
        return self._with_colors(line, words) if mark == "backends" else line

    def _with_colors(self, line: Strip, words: Safe) -> Strip:
        for name in BackendName:
            if name.word in words:
                style = self.get_component_rich_style(f"lines--{name}")
                line = in_style(line, words.index(name.word), name.word, style)
        return line

    def _style(self, mark: str) -> Style:
        return self.get_component_rich_style(f"lines--{mark}") if mark in MARKS else self.rich_style
