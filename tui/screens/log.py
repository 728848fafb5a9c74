"""The full request log: filter, send again, copy as curl, export."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Input

from tui import text
from tui.client.compare import figures, with_units
from tui.client.contract import ApiError, LogEntry, Request
from tui.client.failures import READ_ONLY
from tui.dialogs.base import ClosesOnce, is_on_top, is_open
from tui.dialogs.choice import Choice, ChoiceScreen
from tui.flows.worker import start
from tui.settings.values import BackendName, SettingsError
from tui.settings.xdg import shortened
from tui.state import history
from tui.state.history import as_curl
from tui.state.session import Session
from tui.text import Safe
from tui.widgets.backend_label import BackendLabel
from tui.widgets.key_footer import KeyFooter
from tui.widgets.line_field import LabeledField, LineField
from tui.widgets.lines import Line, Lines
from tui.widgets.pane import set_title
from tui.widgets.request_table import RequestTable
from tui.widgets.session_line import SessionLine

_NOT_KEPT = (
    "This request can no longer be sent again: its body was dropped. The log keeps up to 4 MB."
)
_HINT: Final = "No matching requests. Press / to change the filter."


class LogScreen(ClosesOnce[None]):
    """Lists every request of this run."""

    CSS_PATH = "log.tcss"
    BINDING_GROUP_TITLE = "Request log"
    AUTO_FOCUS = "#requests"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 -- as Textual declares it
        (0, "-narrow"),
        (100, "-medium"),
        (160, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (12, "-normal")]  # noqa: RUF012 -- same
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", key_display="/"),
        Binding("f", "replay('functions')", "To FUNCTIONS", tooltip="send again"),
        Binding("c", "replay('containers')", "To CONTAINERS", tooltip="send again"),
        Binding("y", "curl", "curl", tooltip="copy as a command"),
        Binding("x", "export", "Export", tooltip="the list, to a file"),
        Binding("question_mark", "app.help", "Help", key_display="?"),
        Binding("escape,q,ctrl+g", "leave", "Back", key_display="q"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._shown: LogEntry | None = None

    def compose(self) -> ComposeResult:
        yield BackendLabel(note="request log")
        field = LineField(placeholder=history.FILTER_HINT, id="filter", compact=True)
        yield LabeledField(Safe("/ Filter"), field)
        with Container(id="panes"):
            yield RequestTable(self._session.requests, id="requests")
            yield Lines(id="detail")
        yield SessionLine()
        yield KeyFooter()

    def on_mount(self) -> None:
        self._session.on_change()  # fills the label and the table
        self._show(None)

    @property
    def _table(self) -> RequestTable:
        return self.query_one("#requests", RequestTable)

    def on_request_table_highlighted(self, event: RequestTable.Highlighted) -> None:
        if event.entry != self._shown:
            self._shown = event.entry
            self._show(event.entry)

    def _show(self, entry: LogEntry | None) -> None:
        """Show the details of a request, or how to find one."""
        pane = self.query_one("#detail", Lines)
        set_title(pane, text.line(named(entry)) if entry else Safe("Details"))
        pane.show(detail(entry) if entry else [("dim", Safe(_HINT))])

    # Filter.

    def action_filter(self) -> None:
        self.query_one("#filter", LineField).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        self._table.set_filter(event.value)

    def on_input_submitted(self) -> None:
        self._table.focus()

    def action_leave(self) -> None:
        """Leave the filter, or else the screen."""
        if self.query_one("#filter", LineField).has_focus:
            self._table.focus()
        else:
            self.dismiss()

    # Send again.

    def action_replay(self, name: str) -> None:
        """Send the request again: a read at once, a write after confirmation."""
        entry = self._table.current
        if entry is None:
            return
        refusal = self._refusal(entry)
        if refusal or entry.request is None:
            self.notify(refusal, severity="warning")
        elif entry.request.writes:
            start(self, self._ask(BackendName(name), entry.request))
        else:
            start(self, self._replay(BackendName(name), entry.request))

    def _refusal(self, entry: LogEntry) -> str:
        if entry.request is None:
            return _NOT_KEPT
        return READ_ONLY if entry.request.writes and self._session.read_only else ""

    async def _ask(self, name: BackendName, request: Request) -> None:
        """Ask for confirmation, once even if the key was pressed twice."""
        if not is_on_top(self):
            return
        deployment = self._session.backends.deployment.words
        words = (
            f"Send {request.method} {request.target} again, to {name.word} ({deployment})? "
            "It can change stored data."
        )
        screen = ChoiceScreen(text.line(words, len(words)), [Choice("y", "Send", "danger")])
        if await self.app.push_screen_wait(screen):
            await self._replay(name, request)

    async def _replay(self, name: BackendName, request: Request) -> None:
        try:
            self._session.backends.get(name)
            await self._session.exchange(name, request)
        except (ApiError, SettingsError) as error:
            self.notify(str(error), severity="error")
        if is_open(self):
            self._table.go_to(0)

    # Copy and export.

    def action_curl(self) -> None:
        entry = self._table.current
        if entry is None:
            return
        if entry.request is None:
            self.notify(_NOT_KEPT, severity="warning")
            return
        has_token = self._session.backends.token is not None
        self.app.copy_to_clipboard(as_curl(entry.base, entry.request, with_token=has_token))
        needed = entry.request.writes and has_token
        self.notify(
            "Copied as a curl command."
            + (" It reads the token from BLOGS_WRITE_TOKEN." if needed else "")
        )

    def action_export(self) -> None:
        """Export the listed requests to a new file in the client's state folder."""
        environ = self._session.environ
        folder = history.export_folder(environ)
        try:
            path = history.export(folder, self._table.rows)
        except OSError as error:
            self.notify(
                f"The log cannot be exported to {shortened(folder, environ)}: {error.strerror}. "
                "Set XDG_STATE_HOME to a folder that you can write, and start again.",
                severity="error",
            )
            return
        requests = text.count(len(self._table.rows), "request")
        self.notify(f"Exported {requests} to {shortened(path, environ)}.")


def named(entry: LogEntry) -> str:
    """Return the number and the time of a request."""
    return f"Request {entry.number:,} · {entry.date} {entry.at} UTC"


def detail(entry: LogEntry) -> list[Line]:
    """Return the lines that describe one request."""
    lines: list[Line] = [
        ("head", text.line(f"{entry.method} {entry.path}")),
        ("plain", text.line(f"{entry.backend.word} at {entry.base}")),
    ]
    if entry.error:
        lines.append(("old", text.line(entry.error, 900)))
    lines += [
        ("plain" if name else "dim", text.line(f"{name:<14}{value}"))
        for name, value in with_units(figures(entry))
    ]
    lines.append(("head", Safe(f"sent ({text.count(entry.sent_bytes, 'byte')})")))
    sent = entry.request.headers.items() if entry.request else ()
    lines += [("plain", text.line(f"{name.lower()}: {value}")) for name, value in sent]
    lines.append(("head", Safe("response")))
    lines += [("plain", text.line(f"{name}: {value}", 900)) for name, value in entry.headers]
    return lines
