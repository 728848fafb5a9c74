"""The footer follows the keys, and is not composed again without need."""

import asyncio
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.css.query import DOMQuery
from textual.pilot import Pilot
from textual.widgets import Static
from textual.widgets._footer import FooterKey

from tui.widgets.key_footer import KeyFooter


class Field(Static, can_focus=True):
    """Something with the focus, whose keys are those of the screen."""


class OwnKey(Field):
    """Something with a key of its own."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("o", "app.bell", "Own")]


class Counted(KeyFooter):
    compositions = 0

    def compose(self) -> ComposeResult:
        self.compositions += 1
        yield from super().compose()


class Keys(App[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "bell", "All"),
        Binding("s", "some", "Some"),
    ]
    allowed: bool | None = True

    def compose(self) -> ComposeResult:
        yield Field("1", id="one")
        yield Field("2", id="two")
        yield OwnKey("3", id="own")
        yield Counted()

    def action_some(self) -> None:
        """Do nothing."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        del parameters
        return self.allowed if action == "some" else True


async def draws(pilot: Pilot[None], *words: str) -> None:
    """Wait until the footer has these keys; a disabled one ends with "!"."""
    async with asyncio.timeout(60):
        while [key.description + "!" * key.has_class("-disabled") for key in keys(pilot)] != [
            *words
        ]:
            await pilot.pause(0.01)


def keys(pilot: Pilot[None]) -> DOMQuery[FooterKey]:
    return pilot.app.screen.query(FooterKey)


async def test_only_another_key_or_state_composes_the_footer_again() -> None:
    app = Keys()
    async with app.run_test() as pilot:
        await draws(pilot, "All", "Some")
        before = app.query_one(Counted).compositions
        for name in ("#two", "#one", "#two"):
            app.query_one(name).focus()
            await pilot.pause()
        app.query_one("#own").focus()
        await draws(pilot, "Own", "All", "Some")
        app.query_one("#one").focus()
        await draws(pilot, "All", "Some")
        app.allowed = None
        app.screen.refresh_bindings()
        await draws(pilot, "All", "Some!")
        assert app.query_one(Counted).compositions == before + 3
