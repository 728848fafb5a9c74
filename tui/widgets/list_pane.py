"""The list of blogs with its search field and a status line."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

from tui import text
from tui.state.loaded_list import View
from tui.text import Safe
from tui.widgets.blog_list import BlogList, heading
from tui.widgets.few_lines import FewLines
from tui.widgets.line_field import LabeledField, LineField
from tui.widgets.pane import set_title
from tui.widgets.welcome import Welcome

_SEARCH_DELAY: Final = 0.1  # so that a long list is not searched at every key


class ListHead(Static):
    """The heads of the columns of the list."""

    DEFAULT_CSS = """
    ListHead { display: none; height: 1; color: $text-muted; text-style: bold; }
    """

    def on_resize(self) -> None:
        self.update(Content(heading(self.size.width)))


class ListPane(Vertical):
    """Searches, filters and sorts the loaded blogs, and shows how in a status line."""

    DEFAULT_CSS = """
    ListPane > LabeledField { display: none; }
    ListPane.searching > LabeledField { display: block; }
    ListPane > #view { display: none; height: auto; max-height: 2; padding: 0 1; }
    ListPane > #view { background: $panel; color: $text; }
    ListPane.-with-status > #view { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", key_display="/"),
        Binding("s", "sort", "Sort", tooltip="the next order", show=False),
        Binding("f", "author", "This author only, or all", show=False),
        Binding("a", "load_all", "Load all", show=False),
        Binding("escape,ctrl+g", "stop", "Stop loading", show=False),
        Binding("escape,ctrl+g", "back", "Clear search and order", show=False),
    ]
    BINDING_GROUP_TITLE = "List"

    class LoadAllRequested(Message):
        """The user wants to load all blogs."""

    class StopRequested(Message):
        """The user wants to stop loading."""

    def __init__(self, rows: BlogList, *, id: str | None = None) -> None:  # noqa: A002 -- Textual's name
        super().__init__(id=id)
        set_title(self, Safe("Blogs"))
        self.rows = rows
        self._delay: Timer | None = None
        self._progress = ""

    def compose(self) -> ComposeResult:
        yield ListHead()
        yield Welcome()
        yield self.rows
        field = LineField(placeholder="title, author, start of an id", id="search", compact=True)
        yield LabeledField(Safe("/ Search"), field)
        yield FewLines(id="view")

    def show_status(self, progress: str) -> None:
        """Show the progress of loading ("" if nothing is loading), the filter and the order."""
        self._progress = progress
        parts = [progress] if progress else []
        if self.rows.view != View():
            parts.append(self._shown())
        self.set_class(bool(parts), "-with-status")
        self.query_one("#view", FewLines).show(text.line(" · ".join(parts)))

    def _shown(self) -> str:
        view = self.rows.view
        parts = []
        if self.rows.loaded:
            more = " (a: load all)" if self.rows.has_more else ""
            parts.append(f"{len(self.rows.blogs):,} of {self.rows.loaded:,} loaded{more}")
        if view.words:
            parts.append(f"with “{text.line(view.words, 30)}”")
        if view.author is not None:
            parts.append(f"by {text.line(view.author, 30) or 'nobody'}")
        parts.append(view.order.value)
        return " · ".join([*parts, view.reset])

    def _arrange(self, view: View) -> None:
        self.rows.set_view(view)
        self.post_message(self.Arranged())

    class Arranged(Message):
        """The filter or the order of the rows changed."""

    @property
    def _field(self) -> Input:
        return self.query_one("#search", Input)

    def action_search(self) -> None:
        self.add_class("searching")
        self._field.focus()

    def action_sort(self) -> None:
        self._arrange(replace(self.rows.view, order=self.rows.view.order.next))

    def action_author(self) -> None:
        """Show only the blogs by the author of the selected blog, or all blogs again."""
        view, blog = self.rows.view, self.rows.current
        if view.author is not None:
            self._arrange(replace(view, author=None))
        elif blog:
            self._arrange(replace(view, author=blog.author))

    def action_load_all(self) -> None:
        self.post_message(self.StopRequested() if self._progress else self.LoadAllRequested())

    def action_stop(self) -> None:
        """Stop loading, and close the search."""
        self.post_message(self.StopRequested())
        self._close_search()

    def action_back(self) -> None:
        """Show all blogs again, newest first, and close the search."""
        if self.rows.view != View():
            self._field.value = ""
            self._arrange(View())
        self._close_search()

    def _close_search(self) -> None:
        self.remove_class("searching")
        self.rows.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the key to the screen if there is nothing to go back from."""
        if action == "stop":
            return bool(self._progress)
        if action == "back":
            changed = self.has_class("searching") or self.rows.view != View()
            return changed and not self._progress
        return super().check_action(action, parameters)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._delay:
            self._delay.stop()
        self._delay = self.set_timer(_SEARCH_DELAY, self._find)

    def _find(self) -> None:
        self._arrange(replace(self.rows.view, words=self._field.value.strip()))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.rows.focus()

    def on_key(self, event: events.Key) -> None:
        """Move the focus from the search field to the rows with the arrow keys."""
        if event.key in {"down", "up"} and self._field.has_focus:
            event.stop()
            self.rows.focus()
