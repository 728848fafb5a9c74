"""The title of a pane, drawn in its border. The box itself is in `screens/main.tcss`."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget

from tui.text import Safe


def set_title(pane: Widget, words: Safe) -> None:
    """Show *words* in the border of *pane*; Textual would parse a plain text as markup."""
    pane.add_class("pane")
    pane.border_title = Content(f" {words} ")


def set_subtitle(pane: Widget, words: Safe) -> None:
    """Show *words* in the lower border of *pane*."""
    pane.border_subtitle = Content(f" {words} ")
