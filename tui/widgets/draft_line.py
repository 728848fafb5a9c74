"""The line that shows unsaved drafts."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from tui import text
from tui.state.drafts import SavedDraft


class DraftLine(Static):
    """Shows the latest draft and its key; hidden if there is none."""

    DEFAULT_CSS = """
    DraftLine { height: 1; display: none; padding: 0 1; }
    DraftLine { text-wrap: nowrap; text-overflow: ellipsis; }
    DraftLine { background: $panel; color: $text-warning; }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)

    async def on_click(self) -> None:
        """Continue with the draft, as its key does."""
        await self.run_action("screen.post")

    def show(self, drafts: Sequence[SavedDraft]) -> None:
        """Show *drafts*, the latest first."""
        self.display = bool(drafts)
        if drafts:
            self.update(Content(text.line(message(drafts))))


def message(drafts: Sequence[SavedDraft]) -> str:
    """Return the line for one draft or more. The key comes first: a long title is cut."""
    latest = drafts[0]
    what = "your edit of" if latest.base else "your new blog"
    named = f"{what} “{text.title(latest.title, 60)}”"
    if len(drafts) == 1:
        return f"Draft (n continues): {named}"
    return f"{text.count(len(drafts), 'draft')} (n continues), the latest: {named}"
