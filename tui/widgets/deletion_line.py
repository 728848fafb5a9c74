"""The line that shows pending deletions with a countdown."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from tui import text
from tui.client.contract import Summary
from tui.state.pending_deletions import PendingDeletion


class DeletionLine(Static):
    """Shows the pending deletions and their keys; hidden if there are none."""

    DEFAULT_CSS = """
    DeletionLine { height: 1; display: none; padding: 0 1; }
    DeletionLine { text-wrap: nowrap; text-overflow: ellipsis; }
    DeletionLine { background: $error; color: $on-fill; }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)

    async def on_click(self) -> None:
        """Undo the deletion, as its key does."""
        await self.run_action("screen.undo")

    def show(self, waiting: list[PendingDeletion]) -> None:
        self.display = bool(waiting)
        if waiting:
            self.update(Content(text.line(message(waiting))))


def message(waiting: list[PendingDeletion]) -> str:
    """Return the text for these pending deletions."""
    if len(waiting) > 1:
        soonest = min(deletion.seconds for deletion in waiting)
        blogs = text.count(len(waiting), "blog")
        return f"Deleting {blogs}, the next in {soonest} s (u undoes, D deletes now)"
    deletion = waiting[0]
    # The keys come first: a long title is cut, and toasts cover the right side.
    return (
        f"Deleting in {deletion.seconds} s (u undoes, D deletes now): "
        f"{named(deletion.blog)} from {deletion.backend.word}"
    )


def named(blog: Summary) -> str:
    """Return the title in quotes, safe for a terminal."""
    return f"“{text.title(blog.title, 60)}”"
