"""The line on top that says, in words, which backend is asked."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from tui import text
from tui.backends import Backend
from tui.contract import Kind


class BackendLabel(Static):
    """FUNCTIONS or CONTAINERS, where it is, and whether an answer is awaited."""

    DEFAULT_CSS = """
    BackendLabel { dock: top; height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    BackendLabel.functions { background: #ff9f1c; color: #000000; }
    BackendLabel.containers { background: #35c9e8; color: #000000; }
    """

    def __init__(self, *, note: str = "") -> None:
        super().__init__(markup=False)
        self.note = note
        """What the screen adds: fixed words of ours."""

    def show(self, backend: Backend, *, busy: bool) -> None:
        """Show the active backend."""
        for kind in Kind:
            self.set_class(kind is backend.kind, kind.value)
        self.update(
            Content.assemble(
                (f" {backend.kind.word} ", "bold"),
                text.row(f" {backend.place}"),
                f"  {self.note}" if self.note else "",
                "  … waiting" if busy else "",
            )
        )
