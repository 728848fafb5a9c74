"""The top line, which names the backend and the deployment."""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from tui import text
from tui.settings.backends import Backend, Deployment
from tui.settings.values import BackendName
from tui.text import CUT
from tui.widgets.strips import both_ends

_SHORTEST_URL: Final = 16  # a shorter one is not useful
_SHORTEST_STACK: Final = 8  # same
WAITING_DELAY_S: Final = 0.2  # "waiting" does not appear for shorter requests


class BackendLabel(Static):
    """Shows FUNCTIONS or CONTAINERS, the deployment and URL, READ-ONLY, and a waiting request."""

    DEFAULT_CSS = """
    BackendLabel { dock: top; height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    BackendLabel.functions { background: $functions; color: $on-backend; }
    BackendLabel.containers { background: $containers; color: $on-backend; }
    """

    def __init__(self, *, note: str = "", backend: BackendName | None = None) -> None:
        super().__init__(markup=False)
        self.backend_name = backend
        """The backend of a screen that is about one backend; None for the active one."""
        self.note = note
        """A fixed text that the screen adds."""
        self._backend: Backend | None = None
        self._deployment = Deployment()
        self._read_only = False
        self._timer: Timer | None = None
        self._shows_waiting = False

    def show(
        self, backend: Backend, deployment: Deployment, *, busy: bool, read_only: bool
    ) -> None:
        """Show *backend* and its deployment."""
        for name in BackendName:
            self.set_class(name is backend.name, name.value)
        self._backend, self._deployment, self._read_only = backend, deployment, read_only
        if busy:
            self._start_waiting()
        else:
            self._stop_waiting()
        self._draw()

    def _start_waiting(self) -> None:
        if self._timer is None:
            self._timer = self.set_timer(WAITING_DELAY_S, self._show_waiting)

    def _show_waiting(self) -> None:
        if self._timer:  # the timer may call this just after it was stopped
            self._shows_waiting = True
            self._draw()

    def _stop_waiting(self) -> None:
        if self._timer:
            self._timer.stop()
        self._timer, self._shows_waiting = None, False

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        """Draw the parts that are always visible, and as much of the rest as fits."""
        if self._backend is None:
            return
        word = f" {self._backend.name.word} "
        state = " READ-ONLY " if self._read_only else ""
        waiting = " … waiting " if self._shows_waiting else ""
        room = self.size.width - sum(map(cell_len, (word, state, waiting)))
        shown = deployment_text(self._backend.address, self._deployment, self.note, room)
        self.update(Content.assemble((word, "bold"), (state, "bold reverse"), waiting, shown))


def deployment_text(address: str, deployment: Deployment, note: str, room: int) -> str:
    """Return deployment, URL and note, shortened to *room* cells: the URL is cut first."""
    full = f" {text.row(deployment.words)} " if deployment.stack else ""
    without_label = full.replace("account ", "")
    short_note = note.partition(" · ")[0]
    shortest = f" {_short_deployment(deployment, room - 2)} " if deployment.stack else ""
    for shown, shown_note in (
        (full, note),
        (full, short_note),
        (without_label, short_note),
        (without_label, ""),
        (shortest, ""),
    ):
        end = f" {shown_note}" if shown_note else ""
        left = room - cell_len(shown) - cell_len(end) - 1
        if left >= 0:
            break
    url = _shortened(text.row(address), left if full else max(left, _SHORTEST_URL))
    return f"{shown}{f' {url} ' if url else ''}{end}"


def _short_deployment(deployment: Deployment, room: int) -> str:
    """Return the deployment without labels. The name of the stack is cut first."""
    others = (deployment.region, deployment.account)
    end = text.row("".join(f" · {other}" for other in others if other))
    name = text.row(deployment.stack.removeprefix("stack "))
    return f"{both_ends(name, max(_SHORTEST_STACK, room - cell_len(end)))}{end}"


def _shortened(url: str, room: int) -> str:
    """Cut the middle of the URL, so that host and stage stay; "" if there is too little room."""
    if len(url) < room:
        return url
    if room <= _SHORTEST_URL:
        return ""
    tail = room // 3
    return f"{url[: room - tail - 2]}{CUT}{url[-tail:]}"
