"""The footer of a screen: its keys."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Footer
from textual.widgets._footer import FooterKey  # there is no other way to import it


class KeyFooter(Footer):
    """Textual's footer, composed again only if other keys are to be shown.

    Textual composes it again after each move of the focus, which takes more time than drawing all
    the rest of a screen.
    """

    def __init__(self) -> None:
        super().__init__(show_command_palette=False)
        self._keys: list[tuple[object, ...]] | None = None

    def compose(self) -> ComposeResult:
        # Textual's footer composes no key before it is mounted.
        self._keys = shown_keys(self.screen) if self.is_mounted else None
        for key in super().compose():
            if isinstance(key, FooterKey):  # else it is styled as compact first, and then again
                key.set_reactive(FooterKey.compact, self.compact)
            yield key

    async def recompose(self) -> None:
        if self.is_attached and self._keys != shown_keys(self.screen):
            await super().recompose()


def shown_keys(screen: Screen[object]) -> list[tuple[object, ...]]:
    """Return what a footer shows of the screen's keys."""
    return [
        (binding, enabled, tooltip)
        for _, binding, enabled, tooltip in screen.active_bindings.values()
        if binding.show
    ]
