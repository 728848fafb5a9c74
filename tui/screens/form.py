"""The screen to write a blog in, new or old."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Label, Static

from tui import text
from tui.contract import Api, ApiError, Blog, Draft, Failure
from tui.editing import Field
from tui.ids import new_id
from tui.screens.agreement import accepts_plain_http
from tui.screens.choice import Choice, ChoiceScreen
from tui.screens.work import is_on_top
from tui.session import Session
from tui.widgets.backend_label import BackendLabel
from tui.widgets.fields import Fields, LineField, TextField
from tui.writes import Written

_HIDDEN: Final = (
    "Some characters of this blog cannot be shown. A field that you leave alone keeps them."
)


class FormScreen(Screen[Blog | None]):
    """Gives the stored blog, or None when the person gives up. A failed save loses nothing."""

    CSS_PATH = "form.tcss"
    AUTO_FOCUS = "#title"
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012 -- as Textual declares it
        (0, "-flat"),
        (16, "-normal"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", priority=True),
        Binding("escape,ctrl+g", "leave", "Give up", key_display="esc"),
    ]

    def __init__(self, session: Session, blog: Blog | None = None) -> None:
        super().__init__()
        self._session = session
        self._is_new = blog is None
        # Made once, so that sending again after a lost answer cannot make a second blog.
        self._blog_id = blog.id if blog else new_id()
        self._etag = blog.etag if blog else None
        self._title_field = Field.of_line(blog.title if blog else "")
        self._author_field = Field.of_line(blog.author if blog else "")
        self._contents_field = Field.of_text(blog.contents if blog else "")
        self._saving = False
        self._kind = session.active
        """Where the last save was sent."""
        self._stored: Blog | None = None

    def compose(self) -> ComposeResult:
        yield BackendLabel(note="new blog" if self._is_new else "editing")
        with Fields(id="form"):
            yield Label(Content("Title"))
            yield LineField(
                self._title_field.shown, id="title", compact=True, select_on_focus=False
            )
            yield Label(Content("Author"))
            yield LineField(
                self._author_field.shown, id="author", compact=True, select_on_focus=False
            )
            yield Label(Content("Contents (Markdown)"))
            yield TextField(self._contents_field.shown, id="contents")
        yield Static(id="status", markup=False)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        fields = (self._title_field, self._author_field, self._contents_field)
        if any(field.loses("") for field in fields):
            self._say(_HIDDEN)
        self._session.on_change()  # fills the label

    @property
    def is_lost(self) -> bool:
        """Something was written that is neither stored nor about to be."""
        return self.is_dirty and not self._saving and self._stored is None

    @property
    def is_dirty(self) -> bool:
        """Something was written that is not stored."""
        return any(current != field.shown for field, current in self._fields())

    def _fields(self) -> list[tuple[Field, str]]:
        return [
            (self._title_field, self.query_one("#title", LineField).value),
            (self._author_field, self.query_one("#author", LineField).value),
            (self._contents_field, self.query_one("#contents", TextField).text),
        ]

    def _draft(self) -> Draft:
        title, author, contents = (field.stored(current) for field, current in self._fields())
        return Draft(id=self._blog_id, title=title, author=author, contents=contents)

    def _say(self, words: str) -> None:
        self.query_one("#status", Static).update(Content(text.line(words)))

    def action_save(self) -> None:
        if self._saving or not is_on_top(self):
            return
        problem = self._draft().problem()
        if problem:
            self._say(problem)
            return
        self._kind = self._session.active  # a switch meanwhile does not take the save along
        self._saving = True  # before the worker starts: the next key may be here already
        # The app owns the worker: leaving a screen must never cut a write short.
        self.app.run_worker(self._save(), group="write")

    def action_leave(self) -> None:
        if not is_on_top(self):
            return
        if self._saving:
            self._say("The save is still under way: wait for its answer.")
        elif self.is_dirty:
            question = text.line("Give up what you have written here?")
            choices = [Choice("y", "Give up", "danger")]
            self.app.push_screen(ChoiceScreen(question, choices), self._give_up)
        else:
            self.dismiss(None)

    def _give_up(self, answer: str | None) -> None:
        if answer:
            self.dismiss(None)

    async def _save(self) -> None:
        """Store what is written, as often as the person decides to after a failure."""
        loses = any(field.loses(current) for field, current in self._fields())
        wanted = not loses or await self._ask("Save with the replaced characters?", "s", "Save")
        while wanted:
            wanted = await self._send()
        self._saving = False

    async def _send(self) -> bool:
        """Try to store what is written; tells whether the person wants another attempt."""
        form = self.query_one("#form")
        form.disabled = True
        self._say(f"Saving on {self._kind.word} …")
        try:
            written = await self._session.write(
                await self._session.api(self._kind), self._request()
            )
        except ApiError as error:
            form.disabled = False
            self._say(str(error))
            return await self._recover(error)
        title = text.title(written.blog.title, 60)
        self.notify(f"Saved “{title}” on {self._kind.word}.")
        self._stored = written.blog
        self.on_screen_resume()
        return False

    def on_screen_resume(self) -> None:
        """Close once all is stored; under a dialog that has to wait."""
        if self._stored and is_on_top(self):
            self.dismiss(self._stored)

    def _request(self) -> Callable[[Api], Awaitable[Written]]:
        draft, etag, writes = self._draft(), self._etag, self._session.writes
        if self._is_new:
            return lambda api: writes.create(api, draft)
        return lambda api: writes.replace(api, draft, etag)

    async def _recover(self, error: ApiError) -> bool:
        """Let the person decide where there is something to decide; true is another attempt."""
        if error.failure is Failure.MISSING and not self._is_new:
            if await self._ask("The blog was deleted meanwhile.", "p", "Post this as a new one"):
                self._is_new, self._blog_id = True, new_id()
            return self._is_new
        if error.failure is Failure.CHANGED:
            return await self._settle()
        return await accepts_plain_http(self.app, self._session, self._kind, error)

    async def _settle(self) -> bool:
        """Show who changed the blog to what; gives whether the person says to overwrite it."""
        try:
            theirs = await self._session.read(lambda api: api.read(self._blog_id))
        except ApiError as error:
            self._say(str(error))
            return False
        question = text.line(
            f"Somebody changed this blog at {theirs.updated_at}, while you were writing. It now "
            f"has the title “{text.title(theirs.title, 80)}” and {len(theirs.contents)} characters."
            " Overwrite it with yours, or reload it and lose yours?"
        )
        choices = [Choice("o", "Overwrite", "danger"), Choice("r", "Reload", "danger")]
        answer = await self.app.push_screen_wait(ChoiceScreen(question, choices))
        if answer == "o":
            self._etag = theirs.etag  # only over what was shown, not over whatever comes next
        elif answer == "r":
            self._load(theirs)
        return answer == "o"

    def _load(self, blog: Blog) -> None:
        """Show *blog* instead of what is written."""
        self._etag = blog.etag
        self._title_field = Field.of_line(blog.title)
        self._author_field = Field.of_line(blog.author)
        self._contents_field = Field.of_text(blog.contents)
        self.query_one("#title", LineField).value = self._title_field.shown
        self.query_one("#author", LineField).value = self._author_field.shown
        self.query_one("#contents", TextField).load_text(self._contents_field.shown)
        self._say("Reloaded.")

    async def _ask(self, question: str, key: str, label: str) -> bool:
        screen = ChoiceScreen(text.line(question), [Choice(key, label)])
        return await self.app.push_screen_wait(screen) == key
