"""A list to choose from whose page keys wait until it is drawn."""

from __future__ import annotations

from textual.widgets import OptionList


class Options(OptionList):
    """Textual's list; its page keys would end the app where there is no room for a line."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in {"page_up", "page_down"} and not self.scrollable_content_region:
            return False
        return super().check_action(action, parameters)
