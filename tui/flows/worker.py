"""Background work for a screen."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from textual.css.query import NoMatches
from textual.dom import NoScreen
from textual.screen import Screen
from textual.widget import MountError

from tui.dialogs.base import is_open


def start(screen: Screen[Any], work: Coroutine[None, None, object]) -> None:
    """Run *work* in the app, so that closing *screen* does not cancel it."""
    screen.app.run_worker(_while_shown(screen, work), group="requests")


async def _while_shown(screen: Screen[Any], work: Coroutine[None, None, object]) -> None:
    """Run *work*; ignore missing widgets if the screen or the app has closed."""
    try:
        await work
    except (MountError, NoMatches, NoScreen):
        if is_open(screen):
            raise
