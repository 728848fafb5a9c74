"""A list of options that also works without space on the screen."""

from __future__ import annotations

from textual.widgets import OptionList


class Options(OptionList):
    """An OptionList without page keys while it has no room: Textual would crash there."""

    BINDING_GROUP_TITLE = "List"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in {"page_up", "page_down"} and not self.scrollable_content_region:
            return False
        return super().check_action(action, parameters)
