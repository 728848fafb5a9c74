"""A field in one line: its label before it, its unit or its error after it."""

from __future__ import annotations

from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Label

from tui.text import Safe
from tui.widgets.line_field import LineField


class FormRow(Horizontal):
    """A label, a field, and a note that is replaced by the error of the field, if any."""

    DEFAULT_CSS = """
    FormRow { height: auto; }
    FormRow > .label { width: 18; padding: 0 1; color: $text-muted; }
    FormRow:focus-within > .label { color: $text-primary; text-style: bold; }
    FormRow > LineField { width: 28; margin: 0; background: $boost; }
    FormRow > .note { width: 1fr; max-height: 3; padding: 0 1; color: $text-muted; }
    FormRow.wrong > .note { color: $text-error; text-style: bold; }
    """

    def __init__(self, label: Safe, field: LineField, note: Safe) -> None:
        self.field = field
        self._note = note
        self._shown = Label(Content(note), classes="note")
        super().__init__(Label(Content(label), classes="label"), field, self._shown)

    def show(self, problem: Safe | None) -> None:
        """Show why the field is not valid; None if it is."""
        self.set_class(problem is not None, "wrong")
        self._shown.update(Content(self._note if problem is None else problem))
