"""The command palette: the available actions by name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, ClassVar, Final

from textual import events
from textual.app import App, SystemCommand
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.command import CommandList, CommandPalette
from textual.screen import Screen

from tui.dialogs.base import ClosesOnce
from tui.widgets import pasted
from tui.widgets.list_pane import ListPane

_ACTION_SOURCES: Final = (App, Screen, ListPane)
"""Their keys are actions. Keys of fields and scrolling widgets are cursor movements."""
_HIDDEN_ACTIONS: Final = {
    "command_palette",
    "copy_or_quit",
    *(binding.action for binding in Screen.BINDINGS if isinstance(binding, Binding)),
}
"""The palette itself, ctrl+c, and what every Textual screen has: movements and selection."""


class Palette(CommandPalette, ClosesOnce[None]):
    """Textual's palette; its keys can arrive before its list is drawn."""

    BINDING_GROUP_TITLE = "Menu"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "app.help", "Help", show=False),
        # Its field has the same keys, but nothing to scroll.
        Binding("up", "command_list('cursor_up')", "Move", show=False, priority=True),
        Binding("down", "cursor_down", "Move", show=False, priority=True),
        Binding("pageup", "command_list('page_up')", "Move", show=False, priority=True),
        Binding("pagedown", "command_list('page_down')", "Move", show=False, priority=True),
    ]

    def dismiss(self, result: None = None) -> AwaitComplete:
        self.workers.cancel_node(self)  # the search, which would not find the closed list
        return super().dismiss(result)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "command_list" and not self.query_one(CommandList).scrollable_content_region:
            return False
        return super().check_action(action, parameters)


def commands(app: App[None], screen: Screen[Any]) -> Iterator[SystemCommand]:
    """Yield each action that has a key and is available now, once."""
    listed = set()
    for node, binding, enabled, more in screen.active_bindings.values():
        name = binding.description
        if not (enabled and name and isinstance(node, _ACTION_SOURCES)):
            continue
        if name in listed or binding.action in _HIDDEN_ACTIONS:
            continue
        listed.add(name)
        run = partial(app.run_action, binding.action, default_namespace=node)
        key = f"Key: {app.get_key_display(binding)}"
        yield SystemCommand(name, f"{key} ({more})" if more else key, run)


def sanitize(app: App[None], event: events.Event) -> events.Event:
    """Remove unsafe characters from text pasted into the palette, whose input is Textual's."""
    if isinstance(event, events.Paste) and isinstance(app.screen, CommandPalette):
        words, note = pasted.for_line(event.text)
        if note:
            app.notify(note)
        return events.Paste(words)
    return event
