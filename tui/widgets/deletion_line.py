"""The line that shows what is about to be deleted, and when."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from tui import text
from tui.client.contract import Summary
from tui.state.pending_deletions import PendingDeletion


class DeletionLine(Static):
    """What is about to be deleted, when, and how to keep it; nothing when nothing is."""

    DEFAULT_CSS = """
    DeletionLine { height: 1; display: none; padding: 0 1; }
    DeletionLine { text-wrap: nowrap; text-overflow: ellipsis; }
    DeletionLine { background: $error; color: $text; }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)

    async def on_click(self) -> None:
        """Keep it, as the key does that stands here."""
        await self.run_action("screen.undo")

    def show(self, waiting: list[PendingDeletion]) -> None:
        self.display = bool(waiting)
        if waiting:
            self.update(Content(text.line(_words(waiting))))


def _words(waiting: list[PendingDeletion]) -> str:
    if len(waiting) > 1:
        soonest = min(deletion.seconds for deletion in waiting)
        return f"Deleting {len(waiting)} blogs, the next in {soonest} s (u keeps, D deletes now)"
    deletion = waiting[0]
    # The keys come first: a long title is cut, and toasts cover the right.
    return (
        f"Deleting in {deletion.seconds} s (u keeps it, D deletes it now): "
        f"{named(deletion.blog)} from {deletion.backend.word}"
    )


def named(blog: Summary) -> str:
    """Return the title in quotes, fit to show."""
    return f"“{text.title(blog.title, 60)}”"
