"""Work that the app does for a screen."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from textual.app import App
from textual.css.query import NoMatches
from textual.dom import NoScreen
from textual.screen import Screen
from textual.widget import MountError


def start(app: App[None], work: Coroutine[None, None, object]) -> None:
    """Run *work* for the app, so that no change of screen cuts it short."""
    app.run_worker(_while_shown(app, work), group="requests")


def is_on_top(screen: Screen[Any]) -> bool:
    """Tell whether keys go to *screen*; Textual calls a screen below a dialog current too."""
    return screen.app.screen is screen


async def _while_shown(app: App[None], work: Coroutine[None, None, object]) -> None:
    """Do *work*; it is no fault when the app closes under it and takes the widgets away."""
    try:
        await work
    except (MountError, NoMatches, NoScreen):
        if app.is_running:
            raise
