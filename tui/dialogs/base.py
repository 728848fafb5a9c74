"""Screens that close once, whatever was typed ahead or comes too late."""

from __future__ import annotations

from typing import Any

from textual import events
from textual.await_complete import AwaitComplete
from textual.message import Message
from textual.screen import Screen, ScreenResultType


def is_open(screen: Screen[Any]) -> bool:
    """Tell whether the app has *screen*, and is not on its way out."""
    return screen.is_attached and screen.app.is_running and screen in screen.app.screen_stack


def is_on_top(screen: Screen[Any]) -> bool:
    """Tell whether keys go to *screen*; Textual calls a screen below a dialog current too."""
    return is_open(screen) and screen.app.screen is screen


class ClosesOnce(Screen[ScreenResultType]):
    """A screen that acts no more once it has closed.

    Keys that were typed ahead are in its queue by then. Textual would let a second `dismiss` close
    the screen below, and end the app where there is none. Beside another base this one comes last:
    Textual takes styles from the first alone.
    """

    _withdrawn = False
    _withdrawn_with: ScreenResultType | None = None

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Give *result* and close; does nothing unless this screen is on top."""
        if not is_on_top(self):
            return AwaitComplete()
        return super().dismiss(result)

    def withdraw(self, result: ScreenResultType | None = None) -> None:
        """Give *result* and close; under another screen, as soon as that has closed."""
        self._withdrawn, self._withdrawn_with = True, result
        self.dismiss(result)

    def on_screen_resume(self) -> None:
        if self._withdrawn:
            self.dismiss(self._withdrawn_with)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Begin nothing before the widgets are there; this screen can be closed by then."""
        if not self.is_mounted and action != "dismiss":
            return False
        return super().check_action(action, parameters)

    def on_click(self, event: events.Click) -> None:
        """Turn away from a dialog by a click beside it."""
        if self.is_modal and self.get_widget_at(*event.screen_offset)[0] is self:
            self.dismiss(None)

    async def _on_message(self, message: Message) -> None:
        """Deal with nothing that a widget says once this screen is closed, nor begin then."""
        if is_open(self) or not (message.bubble or isinstance(message, events.Mount)):
            await super()._on_message(message)
