"""The command palette: whatever a key does here and now, by name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from textual import events
from textual.app import App, SystemCommand
from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.command import CommandList, CommandPalette
from textual.screen import Screen

from tui import text
from tui.dialogs.base import ClosesOnce
from tui.widgets.list_pane import ListPane

_TELLING: Final = (App, Screen, ListPane)
"""Whose keys are actions; those of fields and of what scrolls are movements."""
_UNTOLD: Final = {
    "command_palette",
    *(binding.action for binding in Screen.BINDINGS if isinstance(binding, Binding)),
}
"""The palette itself, and what every screen of Textual's has: movements, and a selection."""


class Palette(CommandPalette, ClosesOnce[None]):
    """Textual's palette, for quick fingers: its keys may come before its list is drawn."""

    def dismiss(self, result: None = None) -> AwaitComplete:
        self.workers.cancel_node(self)  # the search, which would miss the list
        return super().dismiss(result)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "command_list" and not self.query_one(CommandList).scrollable_content_region:
            return False
        return super().check_action(action, parameters)


def commands(app: App[None], screen: Screen[Any]) -> Iterator[SystemCommand]:
    """Give every action that has a key and is possible now, once."""
    told = set()
    for node, binding, enabled, _ in screen.active_bindings.values():
        name = binding.description
        if not (enabled and name and isinstance(node, _TELLING)):
            continue
        if name in told or binding.action in _UNTOLD:
            continue
        told.add(name)
        run = partial(app.run_action, binding.action, default_namespace=node)
        yield SystemCommand(name, f"Key: {app.get_key_display(binding)}", run)


def fit(app: App[None], event: events.Event) -> events.Event:
    """Take out of a paste into the palette what a terminal would obey: its field is Textual's."""
    if isinstance(event, events.Paste) and isinstance(app.screen, CommandPalette):
        return events.Paste(text.line(event.text))
    return event
