"""The preview of a draft."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tui import text
from tui.client.contract import Draft
from tui.dialogs.base import ClosesOnce
from tui.state.session import Session
from tui.text import Safe
from tui.widgets.backend_label import BackendLabel
from tui.widgets.few_lines import FewLines
from tui.widgets.key_footer import KeyFooter
from tui.widgets.pane import set_title
from tui.widgets.reader import draw, rendered

if TYPE_CHECKING:
    from tui.widgets.short_text import LinkClicked


class PreviewScreen(ClosesOnce[None]):
    """Show the rendered draft until the user closes it."""

    CSS = """
    PreviewScreen #title { height: auto; max-height: 3; padding: 0 1; text-style: bold; }
    PreviewScreen #about { height: auto; padding: 0 1; margin-bottom: 1; color: $text-muted; }
    PreviewScreen #preview, PreviewScreen #body { height: 1fr; }
    """
    BINDING_GROUP_TITLE = "Preview"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 -- as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (12, "-normal")]  # noqa: RUF012 -- same
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "app.help", "Help", key_display="?"),
        Binding("escape,q,ctrl+g,f3", "dismiss(None)", "Keep editing", key_display="esc"),
    ]

    def __init__(self, session: Session, draft: Draft) -> None:
        super().__init__()
        self._session = session
        self._draft = draft
        self._body = rendered(draft.contents)
        self._body.id = "body"

    def compose(self) -> ComposeResult:
        author = text.line(self._draft.author) or "nobody"
        title = text.title(self._draft.title)
        yield BackendLabel(note="preview")
        with Vertical(id="preview") as pane:
            yield FewLines(title, id="title")
            yield Static(Content(f"by {author}"), id="about")
            yield self._body
        set_title(pane, Safe("Preview"))
        yield KeyFooter()

    async def on_mount(self) -> None:
        self._session.on_change()  # fills the label
        self._body.focus()
        await draw(self._body)

    def on_link_clicked(self, event: LinkClicked) -> None:
        event.stop()
        self.notify(f"This link opens {text.line(event.url, 300)}")
