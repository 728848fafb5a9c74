"""The main screen: the list, the reading pane, and the request log."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.timer import Timer

from tui.client.contract import ApiError, Blog, Summary
from tui.client.failures import READ_ONLY
from tui.dialogs.base import ClosesOnce, is_open
from tui.flows.confirm import choose_link, follow_link
from tui.flows.copy_blog import copy
from tui.flows.create_samples import SampleFlow
from tui.flows.delete_blog import DeleteFlow
from tui.flows.edit_blog import EditFlow
from tui.flows.load_blog import BlogLoader
from tui.flows.load_list import ListLoader
from tui.flows.worker import start
from tui.state.draft_blog import DraftBlog, FormValues
from tui.state.session import Generation, Session
from tui.widgets.backend_label import BackendLabel
from tui.widgets.blog_list import BlogList
from tui.widgets.deletion_line import DeletionLine
from tui.widgets.draft_line import DraftLine
from tui.widgets.key_footer import KeyFooter
from tui.widgets.list_pane import ListPane
from tui.widgets.pane import set_title
from tui.widgets.reader import Reader
from tui.widgets.request_log import RequestLog
from tui.widgets.welcome import Welcome

if TYPE_CHECKING:
    from tui.widgets.short_text import LinkClicked

FIRST_REQUEST_DELAY: Final = 0.05  # importing httpx earlier would delay the first frame
PREVIEW_DELAY: Final = 0.2  # a held arrow key reads one blog, not each one it passes


class MainScreen(ClosesOnce[None]):
    """Lists, reads, writes and deletes on the active backend."""

    BINDING_GROUP_TITLE = "Blogs"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 -- as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (6, "-normal"), (32, "-tall")]  # noqa: RUF012 -- same
    BINDINGS: ClassVar[list[BindingType]] = [
        # The last line has room for a few keys in 80 columns. The menu and the help have all.
        Binding("n", "post", "New"),
        Binding("e", "edit", "Edit"),
        Binding("d", "delete", "Delete", tooltip="in 5 seconds"),
        Binding("u", "undo", "Undo deletion", show=False),
        Binding("D", "delete_now", "Delete now", show=False),
        Binding("v", "raw", "Raw or rendered text", show=False),
        Binding("c", "copy", "Copy", tooltip="contents, id, link", show=False),
        Binding("o", "links", "Open a link", show=False),
        Binding("S", "create_samples", "Create sample blogs", show=False),
        Binding("r", "reload", "Reload", show=False),
        Binding("t", "app.switch", "Switch", tooltip="other backend"),
        Binding("b", "app.lab", "Lab", tooltip="measure both backends"),
        Binding("B", "app.compare", "Both backends", tooltip="compare", show=False),
        Binding("l", "log", "Show or hide the log", show=False),
        Binding("L", "app.full_log", "Request log", show=False),
        Binding("m", "app.metrics", "Metrics", show=False),
        Binding(
            "dollar_sign",
            "app.cost",
            "Cost",
            tooltip="of both backends",
            key_display="$",
            show=False,
        ),
        Binding("C", "app.connections", "Connections", show=False),
        Binding("question_mark", "app.help", "Help", key_display="?"),
        Binding("q,escape,ctrl+g", "leave_pane", "Back", key_display="q"),
        Binding("q", "app.quit", "Quit"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._preview: Timer | None = None
        self._list = BlogList(id="list")
        self._pane = ListPane(self._list)
        self._reader = Reader(id="reader")
        self._list_loader = ListLoader(session, self._list, self._count)
        self._blog_loader = BlogLoader(session, self._reader)
        delete_flow = DeleteFlow(session, self._show_deletions, self._gone)
        self._samples = SampleFlow(session, self._list_loader.put, self._count)
        self._edit_flow = EditFlow(self, session, delete_flow, self._open_form, self._show_drafts)

    def compose(self) -> ComposeResult:
        yield BackendLabel()
        with Horizontal(id="panes"):
            yield self._pane
            yield self._reader
        yield DraftLine()
        yield DeletionLine()
        yield RequestLog(self._session.requests)
        yield KeyFooter()

    async def on_mount(self) -> None:
        self._list.focus()
        self._countdown = self.set_interval(0.25, self._show_deletions, pause=True)
        await self._close_blog()
        self._session.on_change()
        # Show the first frame before the first request, which imports httpx.
        self.call_after_refresh(self.set_timer, FIRST_REQUEST_DELAY, self.action_reload)
        self.call_after_refresh(self._show_drafts)

    def on_screen_resume(self) -> None:
        if self.is_mounted:
            self._show_drafts()

    @property
    def _is_reading(self) -> bool:
        """True if keys act on the blog in the reading pane."""
        return self.has_class("reading")

    # List.

    def action_reload(self) -> None:
        """Reload the list. Older requests are not canceled; their responses are ignored."""
        start(self, self._load(self._list_loader.begin()))

    async def _load(self, generation: Generation) -> None:
        try:
            loaded = await self._list_loader.load(generation)
        except ApiError as error:
            await self._failed(error)
            return
        if loaded and self._is_reading:
            self._blog_loader.renew()
        elif loaded and not (self._list.blogs and self._blog_loader.subject):
            await self._close_blog()

    async def _failed(self, error: ApiError) -> None:
        self.notify(str(error), severity="error")
        if not self._list.blogs:
            self.action_leave_pane()
            await self._close_blog()
        elif self._blog_loader.is_loading:  # the reload made its response stale
            self._blog_loader.renew()

    async def _close_blog(self) -> None:
        await self._blog_loader.forget(has_blogs=bool(self._list.blogs))

    def _count(self) -> None:
        walking = f"Loading all blogs: {self._list.loaded:,} so far (esc stops)"
        loading = walking if self._list_loader.is_loading_all else ""
        self._pane.show_status(loading or self._samples.progress)
        empty = self._list_loader.is_empty
        self._pane.query_one(Welcome).show(
            self._session.active if empty else None, read_only=self._session.read_only
        )
        set_title(self._pane, self._list_loader.title)
        self._session.on_change()

    def on_blog_list_need_more(self) -> None:
        start(self, self._attempt(self._list_loader.load_more))

    async def _attempt(self, load: Callable[[], Awaitable[bool | None]]) -> bool:
        """Load; on failure show the error and return False."""
        try:
            return bool(await load())
        except ApiError as error:
            await self._failed(error)
            return False

    def on_list_pane_arranged(self) -> None:
        self._list_loader.update_note()

    def on_list_pane_stop_requested(self) -> None:
        self._list_loader.stop()
        self._samples.stop()

    def on_list_pane_load_all_requested(self) -> None:
        start(self, self._attempt(self._list_loader.load_all))

    def on_blog_list_end_requested(self) -> None:
        if self._list_loader.is_loading_all:
            self._list_loader.stop()
        else:
            start(self, self._load_to_end())

    async def _load_to_end(self) -> None:
        """Load all blogs and go to the last one, unless the user moves the cursor first."""
        before = self._list.current
        if await self._attempt(self._list_loader.load_all) and self._list.current is before:
            self._list.action_last()

    # Reading pane.

    def on_blog_list_highlighted(self, event: BlogList.Highlighted) -> None:
        if self._preview:
            self._preview.stop()
        if self.has_class("-wide"):
            show = partial(self._show_preview, event.blog)
            self._preview = self.set_timer(PREVIEW_DELAY, show)

    def _show_preview(self, blog: Summary) -> None:
        """Show the blog under the cursor, unless the user is reading another one."""
        if not self._is_reading:
            self._blog_loader.begin(blog)

    def on_descendant_focus(self) -> None:
        """Remember whether the reading pane has the focus: keys then act on its blog."""
        if self._reader.has_focus_within:
            self.add_class("reading")
        elif self._pane.has_focus_within:
            self.remove_class("reading")
        self.refresh_bindings()

    def on_blog_list_clicked(self, event: BlogList.Clicked) -> None:
        if not self.has_class("-wide"):
            self._open(event.blog)

    def on_blog_list_opened(self, event: BlogList.Opened) -> None:
        self._open(event.blog)

    def _open(self, blog: Summary) -> None:
        self.add_class("reading")
        self._blog_loader.begin(blog)
        if self._blog_loader.is_shown(blog):
            self._reader.focus_body()

    def on_link_clicked(self, event: LinkClicked) -> None:
        self._edit_flow.act(follow_link(self.app, event.url))

    def action_raw(self) -> None:
        start(self, self._blog_loader.toggle_raw())

    def action_links(self) -> None:
        if self._reader.blog:
            self._edit_flow.act(choose_link(self, self._session, self._reader.blog))

    def action_copy(self) -> None:
        if self.target:
            self._edit_flow.act(copy(self.app, self._session, self.target))

    def action_leave_pane(self) -> None:
        self.remove_class("reading")
        self._list.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let q go back, or quit if the focus is already in the list."""
        if action in {"leave_pane", "app.quit"}:
            in_list = self.focused is self._list and not self._is_reading
            return in_list == (action == "app.quit")
        if action == "raw":
            return self._reader.blog is not None
        if action == "links":
            return self._reader.blog is not None and self._reader.display
        if action == "create_samples":
            is_offered = self._list_loader.is_empty or self._samples.is_begun
            return is_offered and not self._session.read_only
        if action in {"undo", "delete_now"}:
            return bool(self._session.deletions.waiting)
        return super().check_action(action, parameters)

    def action_log(self) -> None:
        """Show or hide the request log; this overrides the default for the screen size."""
        visible = bool(self.query_one(RequestLog).display)
        self.set_class(not visible, "log-on")
        self.set_class(visible, "log-off")

    # Writes.

    @property
    def target(self) -> Summary | None:
        """The blog that keys act on: the one being read, or the one under the cursor."""
        return self._reader.blog if self._is_reading else self._list.current

    def _may_write(self) -> bool:
        """Return True if writes are allowed; otherwise show the reason."""
        if self._session.read_only:
            self.notify(READ_ONLY, severity="warning")
        return not self._session.read_only

    def action_post(self) -> None:
        if self._may_write():
            self._edit_flow.post()

    def action_create_samples(self) -> None:
        start(self, self._samples.create(self.app))

    def action_edit(self) -> None:
        if self.target and self._may_write():
            self._edit_flow.edit(self.target)

    def action_delete(self) -> None:
        if self.target and self._may_write():
            self._edit_flow.delete(self.target)

    def action_undo(self) -> None:
        """Undo the deletion of the selected blog, or else the most recent one."""
        deletions = self._session.deletions
        here = deletions.of(self.target.id) if self.target else None
        deletions.undo(here or deletions.waiting[-1])

    def action_delete_now(self) -> None:
        self._session.deletions.run_now()

    def _open_form(self, draft_blog: DraftBlog, values: FormValues | None) -> None:
        from tui.screens.form import FormScreen  # noqa: PLC0415 -- 40 ms before the first frame

        edited = draft_blog.base.id if draft_blog.base else None
        form = FormScreen(self._session, draft_blog, values)
        self.app.push_screen(form, partial(self._stored, edited=edited))

    def _stored(self, blog: Blog | None, edited: str | None) -> None:
        """Show the stored blog in place of the edited one."""
        if blog is None:
            return
        if edited and edited != blog.id:  # the original was deleted, and this one posted as new
            self._list_loader.drop(edited)
        self._list_loader.put(blog)
        if self._list_loader.failed:
            self.action_reload()
        if self._is_reading:
            self._blog_loader.begin(blog)

    async def _gone(self, blog_id: str) -> None:
        """Remove a deleted blog from the screen."""
        self._list_loader.drop(blog_id)
        if self._blog_loader.subject == blog_id:
            self.action_leave_pane()
            await self._close_blog()

    def _show_drafts(self) -> None:
        """Show the drafts that can be continued; in read-only mode, none can."""
        if not is_open(self):  # the app has ended before the first frame
            return
        drafts = [] if self._session.read_only else self._session.drafts.find(self._session.urls)
        self.query_one(DraftLine).show(drafts)

    def _show_deletions(self) -> None:
        if not is_open(self):
            return
        waiting = self._session.deletions.waiting
        self.query_one(DeletionLine).show(waiting)
        self._list.mark_deletions({deletion.blog.id: deletion.seconds for deletion in waiting})
        if waiting:
            self._countdown.resume()
        else:
            self._countdown.pause()
