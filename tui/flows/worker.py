"""Work that the app does for a screen."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from textual.css.query import NoMatches
from textual.dom import NoScreen
from textual.screen import Screen
from textual.widget import MountError

from tui.dialogs.base import is_open


def start(screen: Screen[Any], work: Coroutine[None, None, object]) -> None:
    """Let the app do *work* for *screen*, so that no change of screen cuts it short."""
    screen.app.run_worker(_while_shown(screen, work), group="requests")


async def _while_shown(screen: Screen[Any], work: Coroutine[None, None, object]) -> None:
    """Do *work*; it is no fault when screen or app closes under it and takes the widgets away."""
    try:
        await work
    except (MountError, NoMatches, NoScreen):
        if is_open(screen):
            raise
