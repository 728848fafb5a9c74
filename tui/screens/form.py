"""The form for a new blog, or to edit a stored one."""

from __future__ import annotations

from functools import partial
from typing import ClassVar, Final

from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.timer import Timer

from tui import text
from tui.client.contract import LARGEST_CONTENTS, LONGEST_AUTHOR, LONGEST_TITLE, Blog
from tui.dialogs.base import ClosesOnce, is_on_top, is_open
from tui.dialogs.choice import Choice, ChoiceScreen
from tui.flows import external_editor
from tui.flows.external_editor import EditorError
from tui.flows.save_blog import SaveFlow
from tui.screens.preview import PreviewScreen
from tui.state.draft_blog import DraftBlog, FormValues
from tui.state.session import Session
from tui.widgets import pasted
from tui.widgets.backend_label import BackendLabel
from tui.widgets.few_lines import FewLines
from tui.widgets.fields import Fields, Measure, TextField
from tui.widgets.key_footer import KeyFooter
from tui.widgets.line_field import LineField

KEEP_DELAY: Final = 0.5
"""Seconds after a key press until the text is kept as a draft, at most."""
_NOTHING: Final = FormValues(title="", author="", contents="")
_MEASURES: Final = {
    "title": Measure(name="Title", limit=LONGEST_TITLE, unit="characters"),
    "author": Measure(name="Author", limit=LONGEST_AUTHOR, unit="characters"),
    "contents": Measure(name="Contents (Markdown)", limit=LARGEST_CONTENTS, unit="bytes"),
}
_HIDDEN: Final = (
    "Some characters of this blog cannot be displayed. "
    "They are kept in fields that you do not edit."
)


class FormScreen(ClosesOnce[Blog | None]):
    """Return the stored blog, or None if the user discards the text. A failed save keeps it."""

    CSS_PATH = "form.tcss"
    BINDING_GROUP_TITLE = "Form"
    AUTO_FOCUS = "#title"
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012 -- as Textual declares it
        (0, "-low"),
        (16, "-normal"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", priority=True),
        Binding("f3", "preview", "Preview", priority=True),
        Binding("f4", "editor", "Editor", tooltip="$VISUAL or $EDITOR", priority=True),
        Binding("f1", "app.help", "Help", priority=True),  # ? is a character here
        Binding("escape,ctrl+g", "leave", "Cancel", key_display="esc"),
    ]

    def __init__(
        self, session: Session, draft_blog: DraftBlog, texts: FormValues | None = None
    ) -> None:
        """Begin with *texts* instead of what is stored."""
        super().__init__()
        self._session = session
        self._draft_blog = draft_blog
        self._shown = texts or draft_blog.original
        self._saving = False
        self._stored: Blog | None = None
        self._delay: Timer | None = None

    def compose(self) -> ComposeResult:
        yield BackendLabel(note="new blog" if self._draft_blog.is_new else "editing")
        with Fields(id="form"):
            yield LineField(self._shown.title, id="title", select_on_focus=False)
            yield LineField(self._shown.author, id="author", select_on_focus=False)
            yield TextField(text.editable(self._shown.contents), id="contents")
        yield FewLines(id="status")
        yield KeyFooter()

    def on_mount(self) -> None:
        self.app.clear_notifications()  # they would cover the messages below the fields
        if self._draft_blog.has_hidden_characters:
            self._say(_HIDDEN)
        self._check()
        self._session.on_change()  # fills the label

    # Contents of the form.

    @property
    def is_dirty(self) -> bool:
        """True if the form has unsaved changes."""
        return self._texts() != self._draft_blog.original

    @property
    def is_lost(self) -> bool:
        """True if the form has unsaved changes and no save is in progress."""
        return self.is_mounted and self.is_dirty and not self._saving and self._stored is None

    def _texts(self) -> FormValues:
        return FormValues(
            title=self.query_one("#title", LineField).value,
            author=self.query_one("#author", LineField).value,
            contents=self.query_one("#contents", TextField).text,
        )

    def _say(self, words: str) -> None:
        self.query_one("#status", FewLines).show(text.line(words))

    def on_input_changed(self) -> None:
        self._changed()

    def on_input_submitted(self) -> None:
        self.focus_next()

    def on_text_area_changed(self) -> None:
        self._changed()

    def _changed(self) -> None:
        self._check()
        if self._delay is None:  # restarted at each key, it would not fire during steady typing
            self._delay = self.set_timer(KEEP_DELAY, self._keep_in_time)

    def _keep_in_time(self) -> None:
        self._delay = None
        self.keep()

    def _check(self) -> None:
        """Show the error of each field beside it, unless the form is still empty."""
        texts = self._texts()
        draft = self._draft_blog.draft(texts)
        problems = draft.problems() if texts != _NOTHING else {}
        sizes = {"title": len(draft.title), "author": len(draft.author), "contents": draft.size}
        for name, size in sizes.items():
            _MEASURES[name].show(self.query_one(f"#{name}"), size, problems.get(name))

    def keep(self) -> bool:
        """Keep unsaved text as a draft, in case the app ends; return True if that worked."""
        if self._stored or not is_open(self):
            return False
        try:
            if self.is_dirty:
                kept = self._draft_blog.saved_draft(self._texts(), self._session.urls)
                self._session.drafts.write(kept)
            else:
                self._session.drafts.delete(self._draft_blog.id)
        except OSError as error:
            self._say(f"The draft cannot be saved: {error.strerror}. Save the blog soon.")
            return False
        return True

    # Keys.

    def action_preview(self) -> None:
        if is_on_top(self):
            draft = self._draft_blog.draft(self._texts())
            self.app.push_screen(PreviewScreen(self._session, draft))

    def action_editor(self) -> None:
        """Edit the contents in the user's own editor; if that fails, they do not change."""
        if self._saving or not is_on_top(self):
            return
        if self._session.saving:  # its response would arrive while the app is suspended
            self._say("A write is still in progress. Wait until it finishes, then open the editor.")
            return
        self.keep()
        field = self.query_one("#contents", TextField)
        try:
            words = external_editor.command(self._session.environ)
            edited = external_editor.run_suspended(
                self.app, partial(external_editor.edit, words, field.text)
            )
        except SuspendNotSupported:
            self._say("The app cannot be suspended in this terminal, so no editor can be opened.")
        except EditorError as error:
            self._say(str(error))
        else:
            kept, note = pasted.for_text(edited, "text of the editor")
            field.load_text(kept)
            field.focus()
            self._say(note)

    def action_save(self) -> None:
        if self._saving or not is_on_top(self):
            return
        problem = self._draft_blog.draft(self._texts()).problem()
        if problem:
            self._say(problem)
            return
        self._saving = True  # set before the worker starts: another key may already be queued
        # The app owns the worker, so that leaving the screen does not cancel the write.
        self.app.run_worker(self._save(), group="write")

    async def _save(self) -> None:
        self.keep()
        form, focused = self.query_one("#form"), self.focused
        begun, base = self._draft_blog.id, self._draft_blog.base
        form.disabled = True
        saving = SaveFlow(self.app, self._session, self._say)
        self._stored = await saving.save(self._draft_blog, self._texts())
        form.disabled = self._saving = False
        if self._stored or self._draft_blog.id != begun:
            self._session.drafts.delete(begun)
            self.keep()
        if self._draft_blog.base not in {base, None}:
            self._load(self._draft_blog.original)
            self.query_one(BackendLabel).note = "editing"
            self._session.on_change()  # fills the label
        self.set_focus(focused)
        if self._stored:
            self.withdraw(self._stored)

    def _load(self, texts: FormValues) -> None:
        self.query_one("#title", LineField).value = texts.title
        self.query_one("#author", LineField).value = texts.author
        self.query_one("#contents", TextField).load_text(texts.contents)

    def action_leave(self) -> None:
        if not is_on_top(self):
            return
        if self._saving:
            self._say("Saving is still in progress. Wait until it finishes.")
        elif self.is_dirty:
            question = text.line("Discard your changes?")
            choices = [Choice("k", "Keep as draft"), Choice("y", "Discard", "danger")]
            self.app.push_screen(ChoiceScreen(question, choices), self._leave)
        else:
            self._leave("y")

    def _leave(self, answer: str | None) -> None:
        if answer == "k":
            if not self.keep():  # the form shows why
                return
            self.notify("Kept as a draft. Press n to continue it.")
        elif answer == "y":
            self._session.drafts.delete(self._draft_blog.id)
        if answer:
            self.withdraw(None)
