"""The main screen: the list, the blog that is read, and the request log."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from functools import partial
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.css.query import NoMatches
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import MountError
from textual.widgets import Footer

from tui import text
from tui.contract import LARGEST_PAGE, ApiError, Blog, Failure, Kind, Page, Summary
from tui.screens.agreement import accepts_plain_http, agrees_to_delete, follow_link
from tui.screens.form import FormScreen
from tui.session import Session, Ticket
from tui.widgets.backend_label import BackendLabel
from tui.widgets.blog_list import BlogList
from tui.widgets.links import LinkClicked
from tui.widgets.reader import Reader
from tui.widgets.request_log import RequestLog

PAGE: Final = 50
PREVIEW_DELAY: Final = 0.2  # a held arrow key asks for one blog, not for each it passes
_HINT: Final = "Press enter on a blog to read it here, or n to write one."


class MainScreen(Screen[None]):
    """Lists, reads, writes and deletes on the active backend."""

    CSS_PATH = "main.tcss"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 -- as Textual declares it
        (0, "-narrow"),
        (100, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012 -- as Textual declares it
        (0, "-flat"),
        (6, "-normal"),
        (32, "-tall"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "post", "New"),
        Binding("e", "edit", "Edit"),
        Binding("d", "delete", "Delete"),
        Binding("r", "reload", "Reload"),
        Binding("t", "app.switch", "Switch"),
        Binding("l", "log", "Log"),
        Binding("question_mark,f1", "app.help", "Help", key_display="?"),
        Binding("q,escape,ctrl+g", "leave_pane", "Back", key_display="q"),
        Binding("q", "app.quit", "Quit"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._rows_of: Kind | None = None
        self._next: tuple[Ticket, str] | None = None
        self._shown: Ticket | None = None
        self._wanted: tuple[Ticket, str, str] | None = None
        self._showing = asyncio.Lock()
        self._preview: Timer | None = None
        self._list = BlogList(id="list")
        self._reader = Reader(id="reader")

    def compose(self) -> ComposeResult:
        yield BackendLabel()
        with Horizontal(id="panes"):
            yield self._list
            yield self._reader
        yield RequestLog(self._session.requests)
        yield Footer(show_command_palette=False)

    async def on_mount(self) -> None:
        self._list.focus()
        await self._reader.say(_HINT)
        # The first frame comes before the first request, and before httpx is imported for it.
        self.call_after_refresh(self.action_reload)

    def action_reload(self) -> None:
        """Load the list anew; an answer whose ticket is stale by then is dropped, not cancelled."""
        ticket = self._session.renew()
        if not self._list.blogs:
            self._list.note(f"Asking {ticket.kind.word} …")
        rows = max(PAGE, min(LARGEST_PAGE, len(self._list.blogs)))
        self._start(self._load(ticket, rows))

    async def _load(self, ticket: Ticket, rows: int) -> None:
        try:
            page = await self._session.read(lambda api: api.page(rows))
        except ApiError as error:
            if not self._session.is_stale(ticket):
                self._fail(ticket, error)
            return
        if not self._session.is_stale(ticket):
            self._rows_of = ticket.kind
            self._turn_to(ticket, page)
            self._list.show(page.blogs, more=page.next_url is not None)

    def _fail(self, ticket: Ticket, error: ApiError) -> None:
        """Say what is wrong; what the other backend gave would pass for this one's, so it goes."""
        self._next = None
        if self._rows_of is not ticket.kind:
            self._list.show([], more=False)
            self.action_leave_pane()
            self._start(self._reader.say(_HINT))
        self._list.wants_more = False
        self._list.note(f"{error} Then press r; t asks {ticket.kind.other.word}.")
        self._count()
        self.notify(str(error), severity="error")

    def _turn_to(self, ticket: Ticket, page: Page) -> None:
        """Remember where the list goes on."""
        self._next = (ticket, page.next_url) if page.next_url else None
        if page.next_url:
            self._list.note("… more below")
        elif page.blogs or self._list.blogs:
            self._list.note("(no more)")
        else:
            self._list.note(f"No blogs yet on {ticket.kind.word}. Press n to write the first.")
        self.call_later(self._count)

    def _count(self) -> None:
        count = len(self._list.blogs)
        label = self.query_one(BackendLabel)
        label.note = f"{count}{'+' if self._next else ''} blog{'' if count == 1 else 's'}"
        self._session.on_change()

    def on_blog_list_need_more(self) -> None:
        if self._next:
            (ticket, url), self._next = self._next, None
            self._list.wants_more = False
            self._start(self._load_more(ticket, url))

    async def _load_more(self, ticket: Ticket, url: str) -> None:
        try:
            page = await self._session.read(lambda api: api.page(PAGE, url))
        except ApiError as error:
            if not self._session.is_stale(ticket):
                self._fail(ticket, error)
            return
        if not self._session.is_stale(ticket):
            self._turn_to(ticket, page)
            self._list.append(page.blogs, more=page.next_url is not None)

    async def _read(self, wanted: tuple[Ticket, str, str]) -> None:
        """Read one blog and show it, unless another is wanted by then."""
        ticket, blog_id, _ = wanted
        words: str | None = None
        blog: Blog | None = None
        try:
            blog = await self._session.read(lambda api: api.read(blog_id))
        except ApiError as error:
            words = str(error)
        async with self._showing:
            if self._session.is_stale(ticket) or self._wanted != wanted:
                return
            self._wanted = None
            if blog:
                self._shown = ticket
                await self._reader.show(blog)
                if self.has_class("reading"):
                    self._reader.focus_body()
            elif words:
                await self._reader.say(words)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        """Run *work* for the app, so that no change of screen cuts it short."""
        self.app.run_worker(self._while_shown(work), group="requests")

    async def _while_shown(self, work: Coroutine[None, None, None]) -> None:
        """Do *work*; it is no fault when the app closes under it and takes the widgets away."""
        try:
            await work
        except (MountError, NoMatches):
            if self.app.is_running:
                raise

    def on_blog_list_highlighted(self, event: BlogList.Highlighted) -> None:
        if self._preview:
            self._preview.stop()
        visible = self.has_class("-wide") or self.has_class("reading")
        if visible:
            read = partial(self._start_reading, event.blog)
            self._preview = self.set_timer(PREVIEW_DELAY, read)

    def _shows(self, blog: Summary) -> bool:
        shown = self._reader.blog
        same = shown is not None and (shown.id, shown.version) == (blog.id, blog.version)
        return same and self._shown == self._session.ticket()

    def _start_reading(self, blog: Summary) -> None:
        """Read the blog, unless it is shown or just that is under way."""
        wanted = (self._session.ticket(), blog.id, blog.version)
        if wanted != self._wanted and not self._shows(blog):
            self._wanted = wanted
            self._start(self._read(wanted))

    def on_descendant_focus(self) -> None:
        """Remember whether the person is reading: keys act on that blog then."""
        if self._reader.has_focus_within:
            self.add_class("reading")
        elif self._list.has_focus:
            self.remove_class("reading")
        self.refresh_bindings()

    def on_blog_list_clicked(self, event: BlogList.Clicked) -> None:
        if not self.has_class("-wide"):
            self._open(event.blog)

    def on_blog_list_opened(self, event: BlogList.Opened) -> None:
        self._open(event.blog)

    def _open(self, blog: Summary) -> None:
        self.add_class("reading")
        if self._shows(blog):
            self._reader.focus_body()
        else:
            self._start_reading(blog)

    def on_link_clicked(self, event: LinkClicked) -> None:
        self._start(follow_link(self.app, event.url))

    def action_leave_pane(self) -> None:
        self.remove_class("reading")
        self._list.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let q go back where there is a way back, and quit where there is none."""
        if action in {"leave_pane", "app.quit"}:
            in_list = self.focused is self._list and not self.has_class("reading")
            return in_list == (action == "app.quit")
        return super().check_action(action, parameters)

    def action_log(self) -> None:
        """Show or hide the request log, whatever the size of the screen says."""
        visible = bool(self.query_one(RequestLog).display)
        self.set_class(not visible, "log-on")
        self.set_class(visible, "log-off")

    # Writing.

    @property
    def _target(self) -> Summary | None:
        """The blog that a key acts on: the one that is read, else the one under the cursor."""
        return self._reader.blog if self.has_class("reading") else self._list.current

    def action_post(self) -> None:
        self.app.push_screen(FormScreen(self._session), self._stored)

    def action_edit(self) -> None:
        if self._target:
            self._start(self._edit(self._target.id))

    async def _edit(self, blog_id: str) -> None:
        """Edit what is stored now, not what was read some time ago."""
        try:
            blog = await self._session.read(lambda api: api.read(blog_id))
        except ApiError as error:
            self.notify(str(error), severity="error")
        else:
            self.app.push_screen(FormScreen(self._session, blog), self._stored)

    def _stored(self, blog: Blog | None) -> None:
        if blog:
            self._list.put(blog)
            self._count()
            self.notify(f"Saved “{text.line(blog.title, 60)}” on {self._session.active.word}.")
            if self.has_class("reading"):
                self._start_reading(blog)

    def action_delete(self) -> None:
        if self._target:
            self._start(self._delete(self._target))

    async def _delete(self, blog: Summary) -> None:
        if not await agrees_to_delete(self.app, self._session, blog):
            return
        shown = self._reader.blog
        etag = shown.etag if shown and shown.id == blog.id else None
        try:
            writes = self._session.writes
            await self._session.write(lambda api: writes.delete(api, blog.id, etag))
        except ApiError as error:
            self.notify(str(error), severity="error")
            if await accepts_plain_http(self.app, self._session, error):
                await self._delete(blog)
            if error.failure is not Failure.MISSING:
                return
        self._list.drop(blog.id)
        self._count()
        self.action_leave_pane()
        self.notify(f"Deleted “{text.line(blog.title, 60)}”.")
