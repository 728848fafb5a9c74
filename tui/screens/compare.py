"""One request to both backends side by side: times, headers, differences in the bodies."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import ClassVar, Final

from rich.cells import cell_len, set_cell_size
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from lab.response_diff import canonical
from tui import text
from tui.client.compare import FullComparison, PartialComparison, compare, table, with_units
from tui.client.contract import DEFAULT_PAGE, ApiError, Exchange, Request, Summary
from tui.client.requests import blog_request, list_request
from tui.dialogs.base import ClosesOnce, is_open
from tui.flows.worker import start
from tui.settings.comparability import Comparability
from tui.settings.values import BackendName
from tui.state.session import Session
from tui.text import Safe
from tui.widgets.backend_label import BackendLabel
from tui.widgets.key_footer import KeyFooter
from tui.widgets.lines import Line, Lines
from tui.widgets.pane import set_title
from tui.widgets.strips import end_of

_MARKS: Final = {"-": "old", "+": "new", "…": "dim"}
_DRAWING_S: Final = 0.1  # by then the screen is drawn


class CompareScreen(ClosesOnce[None]):
    """Compare one blog or the list; starts with the blog if there is one."""

    CSS_PATH = "compare.tcss"
    BINDING_GROUP_TITLE = "Both backends"
    AUTO_FOCUS = "#body"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 -- as Textual declares it
        (0, "-narrow"),
        (120, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (12, "-normal")]  # noqa: RUF012 -- same
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "send", "Send again"),
        Binding("l", "send_other('list')", "The list"),
        Binding("b", "send_other('blog')", "The blog"),
        Binding("question_mark", "app.help", "Help", key_display="?"),
        Binding("escape,q,ctrl+g", "dismiss(None)", "Back", key_display="q"),
    ]

    def __init__(self, session: Session, blog: Summary | None) -> None:
        super().__init__()
        self._session = session
        self._requests = requests(blog)
        self._subject = "blog" if "blog" in self._requests else "list"
        self._asked = 0

    def compose(self) -> ComposeResult:
        yield BackendLabel(note="both backends")
        with Container(id="panes"):
            yield Lines(id="figures")
            yield Lines(id="body")
        yield KeyFooter()

    def on_mount(self) -> None:
        self._session.on_change()  # fills the label
        set_title(self.query_one("#figures"), Safe("Responses"))
        set_title(self.query_one("#body"), Safe("Bodies"))
        # Drawing this screen must not count as response time.
        self.call_after_refresh(lambda: self.set_timer(_DRAWING_S, self.action_send))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the other request only if there is one."""
        if action == "send_other":
            return parameters[0] in self._requests and parameters[0] != self._subject
        return super().check_action(action, parameters)

    def action_send_other(self, subject: str) -> None:
        self._subject = subject
        self.refresh_bindings()
        self.action_send()

    def action_send(self) -> None:
        if not is_open(self):
            return
        self._asked += 1
        request = self._requests[self._subject]
        self._say(f"Sending GET {request.target} to both backends …")
        start(self, self._compare(request, self._asked))

    async def _compare(self, request: Request, asked: int) -> None:
        """Show the responses, unless another request was started by then."""
        found = await compare(request, self._session.exchange)
        if asked == self._asked and is_open(self):
            comparability = Comparability.of(self._session.backends.outputs)
            self.query_one("#figures", Lines).fit(partial(beside, found, comparability))
            self.query_one("#body", Lines).show(bodies(found))

    def _say(self, words: str) -> None:
        self.query_one("#figures", Lines).show([("plain", text.line(words, 900))])
        self.query_one("#body", Lines).show([])


def requests(blog: Summary | None) -> dict[str, Request]:
    """Return the requests that can be compared: for the list, and for *blog*."""
    found = {"list": list_request(DEFAULT_PAGE)}
    with suppress(ApiError):  # a backend may list an invalid id
        if blog:
            found["blog"] = blog_request(blog.id)
    return found


def beside(
    found: FullComparison | PartialComparison, comparability: Comparability, width: int
) -> list[Line]:
    """Return the figures side by side, then the headers that differ."""
    head = _row(("", BackendName.FUNCTIONS.word, BackendName.CONTAINERS.word), width)
    return [
        ("head", text.line(f"{found.request.method} {found.request.target}")),
        *_verdict(found),
        ("backends", head),
        *(("plain" if row[0] else "dim", _row(row, width)) for row in with_units(table(found))),
        *(("plain", _row(row, width)) for row in _sizes(comparability)),
        ("dim", Safe("The request to FUNCTIONS was sent first.")),
        *(("dim", text.line(f"backends differ in {note}")) for note in comparability.notes),
        *(_headers(found) if isinstance(found, FullComparison) else _lone_headers(found)),
    ]


def _sizes(comparability: Comparability) -> list[tuple[str, ...]]:
    if not comparability.sizes:
        return []
    return [("backend size", *(comparability.size(name) for name in BackendName))]


def _verdict(found: FullComparison | PartialComparison) -> list[Line]:
    if isinstance(found, PartialComparison):
        causes = " ".join(map(str, found.causes))
        return [("old", text.line(f"{causes} Press r to try again.", 900))]
    if found.same:
        return [("new", Safe("The responses are the same."))]
    return [("old", Safe("The responses differ."))]


def _lone_headers(found: PartialComparison) -> list[Line]:
    """Return all headers of the only response."""
    lines: list[Line] = []
    for name, answer in found.responses.items():
        lines.append(("head", Safe(f"headers of {name.word}")))
        lines += [("plain", text.line(f"{name}: {value}", 900)) for name, value in answer.headers]
    return lines


def _row(row: tuple[str, ...], width: int) -> Safe:
    name, *values = row
    name_width = 14
    room = max(8, (width - name_width - 1) // 2)
    cells = [set_cell_size(_cut(text.row(value), room), room) for value in values]
    return Safe(f"{name:<{name_width}}{' '.join(cells)}".rstrip())


def _cut(words: str, room: int) -> str:
    """Cut a long text at its start: similar names differ at the end."""
    return words if cell_len(words) <= room else end_of(words, room)


def _headers(found: FullComparison) -> list[Line]:
    lines: list[Line] = []
    if found.unexpected:
        lines.append(("head", Safe("headers that differ")))
    for pair in found.unexpected:
        for mark, value in (("old", pair.functions), ("new", pair.containers)):
            shown = f"no {pair.name}" if value is None else f"{pair.name}: {value}"
            lines.append((mark, text.line(f"{'-' if mark == 'old' else '+'} {shown}", 900)))
    excused = [pair for pair in found.headers if pair.reason and not pair.same]
    if excused:
        lines.append(("head", Safe("headers that may differ")))
    lines += [("dim", text.line(f"{pair.name}: {pair.reason}")) for pair in excused]
    return lines


def bodies(found: FullComparison | PartialComparison) -> list[Line]:
    """Return the differences of the bodies, or the one body if they are equal."""
    if isinstance(found, PartialComparison):
        answers = found.responses.items()
        return [line for name, one in answers for line in _body(f"body of {name.word}", one)]
    if found.body:
        head: Line = ("backends", Safe("bodies: - FUNCTIONS, + CONTAINERS"))
        return [head, *((_MARKS.get(line[:1], "plain"), text.line(line)) for line in found.body)]
    return _body("the same body", found.functions)


def _body(head: str, answer: Exchange) -> list[Line]:
    lines = text.block(canonical(answer.body)).split("\n")
    return [("backends", Safe(head)), *(("plain", Safe(line)) for line in lines)]
