"""A line with what the app has sent since it started, and what that costs."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from tui.text import Safe


class SessionLine(Static):
    """Shows the usage of the session."""

    DEFAULT_CSS = """
    SessionLine { height: 1; padding: 0 1; color: $text-muted; }
    SessionLine { text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def show(self, words: Safe) -> None:
        self.update(Content(words))
