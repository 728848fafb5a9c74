"""The base class of screens: each closes only once, even if more keys are queued."""

from __future__ import annotations

from typing import Any, Final

from textual import events
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import ModalScreen, Screen, ScreenResultType

DIALOG_KEYS: Final[tuple[BindingType, ...]] = (
    Binding("question_mark,f1", "app.help", "Help", key_display="?"),
    Binding("ctrl+p", "app.command_palette", "Menu", show=False),
    Binding("ctrl+o", "app.jump", "Jump", show=False),
    Binding("ctrl+z", "app.suspend_process", "Suspend", show=False),
    Binding("ctrl+c", "app.copy_or_quit", "Copy or quit", show=False),
    Binding("Q", "app.quit_now", "Quit at once", show=False),
)
"""Keys of the app that also work in dialogs: Textual hides the app's own bindings there."""
_NEED_WIDGETS: Final = (events.Mount, events.ScreenResume)


def is_open(screen: Screen[Any]) -> bool:
    """Return True if *screen* is on the screen stack and the app is not exiting."""
    return screen.is_attached and screen.app.is_running and screen in screen.app.screen_stack


def is_on_top(screen: Screen[Any]) -> bool:
    """Return True if *screen* gets the keys; a screen below a dialog is also `is_current`."""
    return is_open(screen) and screen.app.screen is screen


class ClosesOnce(Screen[ScreenResultType]):
    """A screen that ignores events after it has closed.

    More keys can be in its queue by then. In Textual, a second `dismiss` closes the screen below,
    or ends the app if there is none. List this base class last: Textual takes the default styles
    from the first base only.
    """

    _withdrawn = False
    _withdrawn_with: ScreenResultType | None = None

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Close with *result*; do nothing unless this screen is on top."""
        if not is_on_top(self):
            return AwaitComplete()
        return super().dismiss(result)

    def withdraw(self, result: ScreenResultType | None = None) -> None:
        """Close with *result*; if another screen is on top, as soon as that has closed."""
        self._withdrawn, self._withdrawn_with = True, result
        self.dismiss(result)

    def on_screen_resume(self) -> None:
        if self._withdrawn:
            self.dismiss(self._withdrawn_with)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Run no action before the widgets are mounted, except closing the screen."""
        if not self.is_mounted and action != "dismiss":
            return False
        return super().check_action(action, parameters)

    def on_click(self, event: events.Click) -> None:
        """Close a dialog on a click outside it."""
        if self.is_modal and self.get_widget_at(*event.screen_offset)[0] is self:
            self.dismiss(None)

    async def _on_message(self, message: Message) -> None:
        """Ignore messages from widgets, and events that need widgets, after this screen closed."""
        if is_open(self) or not (message.bubble or isinstance(message, _NEED_WIDGETS)):
            await super()._on_message(message)


class Dialog(ModalScreen[ScreenResultType], ClosesOnce[ScreenResultType]):
    """A screen over another one. Its bindings end with `DIALOG_KEYS`."""
