"""The line on top that says, in words, which backend is asked."""

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

_LEAST_URL: Final = 16  # less of it says nothing
_LEAST_NAME: Final = 8  # likewise of a stack's name
WAIT_SHOWN_AFTER_S: Final = 0.2  # an answer that comes sooner was not waited for

COLORS: Final = {"functions": "#ff9f1c", "containers": "#35c9e8", "on-backend": "#000000"}
"""Each backend has a colour wherever its word stands; to style sheets these are variables."""


class BackendLabel(Static):
    """FUNCTIONS or CONTAINERS, where it is, whether it may be written to, and who is awaited."""

    DEFAULT_CSS = """
    BackendLabel { dock: top; height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    BackendLabel.functions { background: $functions; color: $on-backend; }
    BackendLabel.containers { background: $containers; color: $on-backend; }
    """

    def __init__(self, *, note: str = "", backend: BackendName | None = None) -> None:
        super().__init__(markup=False)
        self.backend_name = backend
        """The backend that is named, for a screen that is about one; None for the active one."""
        self.note = note
        """What the screen adds: fixed words of ours."""
        self._backend: Backend | None = None
        self._deployment = Deployment()
        self._read_only = False
        self._wait: Timer | None = None
        self._is_late = False

    def show(self, backend: Backend, place: Deployment, *, busy: bool, read_only: bool) -> None:
        """Show *backend*."""
        for name in BackendName:
            self.set_class(name is backend.name, name.value)
        self._backend, self._deployment, self._read_only = backend, place, read_only
        if busy:
            self._await_answer()
        else:
            self._stop_waiting()
        self._draw()

    def _await_answer(self) -> None:
        if self._wait is None:
            self._wait = self.set_timer(WAIT_SHOWN_AFTER_S, self._be_late)

    def _be_late(self) -> None:
        if self._wait:  # a timer's call may be under way when it is stopped
            self._is_late = True
            self._draw()

    def _stop_waiting(self) -> None:
        if self._wait:
            self._wait.stop()
        self._wait, self._is_late = None, False

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        """Write what must always be seen, and as much of the URL as there is room for."""
        if self._backend is None:
            return
        word = f" {self._backend.name.word} "
        state = " READ-ONLY " if self._read_only else ""
        waiting = " … waiting " if self._is_late else ""
        rest = self._rest(self.size.width - sum(map(cell_len, (word, state, waiting))))
        self.update(Content.assemble((word, "bold"), (state, "bold reverse"), waiting, rest))

    def _rest(self, room: int) -> str:
        """Give place, URL and note: where there is little room the URL goes first, then words."""
        place = f" {text.row(self._deployment.words)} " if self._deployment.stack else ""
        number = place.replace("account ", "")
        brief = self.note.partition(" · ")[0]
        bare = f" {self._bare_deployment(room - 2)} " if self._deployment.stack else ""
        for where, note in (
            (place, self.note),
            (place, brief),
            (number, brief),
            (number, ""),
            (bare, ""),
        ):
            said = f" {note}" if note else ""
            left = room - cell_len(where) - cell_len(said) - 1
            if left >= 0:
                break
        url = text.row(self._backend.address) if self._backend else ""
        url = _shortened(url, left if place else max(left, _LEAST_URL))
        return f"{where}{f' {url} ' if url else ''}{said}"

    def _bare_deployment(self, room: int) -> str:
        """Leave out what names of places say they are; the stack's gives way to the others."""
        others = (self._deployment.region, self._deployment.account)
        rest = text.row("".join(f" · {other}" for other in others if other))
        name = text.row(self._deployment.stack.removeprefix("stack "))
        return f"{both_ends(name, max(_LEAST_NAME, room - cell_len(rest)))}{rest}"


def _shortened(url: str, room: int) -> str:
    """Leave the middle out, so that host and stage are told; nothing when that says nothing."""
    if len(url) < room:
        return url
    if room <= _LEAST_URL:
        return ""
    tail = room // 3
    return f"{url[: room - tail - 2]}{CUT}{url[-tail:]}"
