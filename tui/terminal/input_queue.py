"""What the terminal sends, in order. The app handles one event after the other."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from itertools import takewhile
from typing import Final, TypeAlias

from textual import events
from textual.app import App
from textual.widget import Widget

LONG: Final = 32
"""From this length on, text that waits is inserted at once, like a paste."""
_ENTER: Final = "\r"
_PATIENCE_S: Final = 1.0
Waiting: TypeAlias = "deque[str | events.Event]"


def text_of(event: events.Event) -> str:
    """Return the character that *event* types in a field, or nothing."""
    if not isinstance(event, events.Key):
        return ""
    if event.key == "enter":
        return _ENTER
    is_plain = event.is_printable and "+" not in event.key
    return event.character or "" if is_plain else ""


def take_text(waiting: Waiting, focused: Widget | None) -> str:
    """Remove and return the text that comes next, if it is long and for the focused field."""
    if focused is None:
        return ""
    run = takewhile(lambda item: isinstance(item, str) and _is_text(item, focused), waiting)
    length = sum(1 for _ in run)
    if length < LONG:
        return ""
    return "".join(str(waiting.popleft()) for _ in range(length)).replace(_ENTER, "\n")


def _is_text(character: str, focused: Widget) -> bool:
    return focused.check_consume_key("enter" if character == _ENTER else character, character)


class InputQueue:
    """Holds input until the app has handled what came before.

    Textual passes every key to the focused widget at once, before the keys in front of it, such as
    tab, have moved the focus. And it inserts text one character at a time.
    """

    def __init__(self, app: App[None], interrupt: Callable[[], None]) -> None:
        """Call *interrupt* when ctrl+c comes twice in a row, however much input waits."""
        self._app = app
        self._interrupt = interrupt
        self._waiting: Waiting = deque()
        self._keys: dict[str, str] = {}  # a waiting character takes less memory than its event
        self._arrived = asyncio.Event()
        self._is_ctrl_c = False

    def put(self, event: events.Event) -> None:
        """Append *event*."""
        character = text_of(event)
        if isinstance(event, events.Key):
            self._keys[character] = event.key
        self._waiting.append(character or event)
        self._arrived.set()
        is_click = isinstance(event, events.MouseDown)  # it can select another text to copy
        if isinstance(event, events.MouseEvent) and not is_click:
            return
        was_ctrl_c = self._is_ctrl_c
        self._is_ctrl_c = isinstance(event, events.Key) and event.key == "ctrl+c"
        if was_ctrl_c and self._is_ctrl_c:
            self._interrupt()

    def clear(self) -> None:
        """Discard what waits."""
        self._waiting.clear()

    async def run(self) -> None:
        """Pass events to the app until canceled."""
        while True:
            await self._arrived.wait()
            while self._waiting:
                event = self._take()
                self._app.post_message(event)
                if not isinstance(event, events.MouseEvent):
                    await self._handled()
            self._arrived.clear()

    def _take(self) -> events.Event:
        words = take_text(self._waiting, self._app.focused)
        if words:
            return events.Paste(words)
        item = self._waiting.popleft()
        return events.Key(self._keys[item], item) if isinstance(item, str) else item

    async def _handled(self) -> None:
        """Wait until a key has passed the widgets from the focused one to the app.

        The second round is for the screen or the field to which the key has moved the focus.
        """
        with contextlib.suppress(TimeoutError):  # a widget is busy or was removed
            async with asyncio.timeout(_PATIENCE_S):
                for _ in range(2):
                    target = self._app.focused or self._app.screen
                    for node in (self._app, *target.ancestors_with_self):
                        passed = asyncio.Event()
                        if node.call_later(passed.set):
                            await passed.wait()
