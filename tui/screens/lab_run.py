"""A comparison in progress: how far it is, and both backends' figures so far."""

from __future__ import annotations

from functools import partial
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from lab.backends import Backend
from lab.compare import Phase
from tui import text
from tui.dialogs.base import ClosesOnce, is_on_top
from tui.dialogs.choice import Choice, ChoiceScreen
from tui.state import live_run
from tui.state.lab_result import table_row
from tui.state.lab_run import LabRun
from tui.state.live_run import LiveRun
from tui.state.session import Session
from tui.text import Safe
from tui.widgets.backend_label import BackendLabel
from tui.widgets.curves import curves_of
from tui.widgets.key_footer import KeyFooter
from tui.widgets.line_chart import Frame, LineChart
from tui.widgets.lines import Line, Lines
from tui.widgets.number_axis import NumberAxis
from tui.widgets.pane import set_title
from tui.widgets.progress_line import ProgressLine

_REFRESH_S: Final = 0.5


class LabRunScreen(ClosesOnce[LabRun | None]):
    """Return the run when it is over, or None if the user leaves it."""

    CSS_PATH = "lab.tcss"
    BINDING_GROUP_TITLE = "Comparison"
    AUTO_FOCUS = "#figures"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 -- as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (18, "-normal")]  # noqa: RUF012 -- same
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "stop", "Stop", tooltip="and show the result so far"),
        Binding("question_mark", "app.help", "Help", key_display="?"),
        Binding("q,escape,ctrl+g", "leave", "Back", key_display="q"),
    ]

    def __init__(self, session: Session, run: LabRun) -> None:
        super().__init__()
        self._session = session
        self._run = run
        self._is_left = False
        self._could_stop = True

    def compose(self) -> ComposeResult:
        yield BackendLabel(note="lab")
        yield ProgressLine(id="progress")
        yield LineChart(id="live")
        yield Lines(id="figures")
        yield KeyFooter()

    def on_mount(self) -> None:
        table = self.query_one("#figures", Lines)
        set_title(table, Safe("So far"))
        table.fit(partial(figures, self._run.live))
        self._session.on_change()  # fills the label
        self.set_interval(_REFRESH_S, self._show)
        self._show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "stop":
            return self._can_stop
        return super().check_action(action, parameters)

    @property
    def _can_stop(self) -> bool:
        return not self._run.is_stopping and self._run.phase in {Phase.SELF_TEST, Phase.LOAD}

    def _show(self) -> None:
        """Show the state of the run; close when it is over."""
        run = self._run
        if run.is_over:
            self.withdraw(None if self._is_left else run)
            return
        self.query_one(ProgressLine).show(Safe(words(run)), share(run))
        _draw(self.query_one("#live", LineChart), run.live)
        self.query_one("#figures", Lines).update()
        if self._can_stop != self._could_stop:  # the footer is drawn again
            self._could_stop = self._can_stop
            self.refresh_bindings()

    def action_stop(self) -> None:
        self._run.stop()
        self._show()

    def action_leave(self) -> None:
        """Ask before the comparison is stopped without a result, or blogs are left behind."""
        if not is_on_top(self) or self._run.is_over:
            return
        if self._run.is_stopping:
            question = (
                "The blogs of the comparison are being removed. Leave the rest of them? "
                "The next comparison offers to remove them."
            )
            choice = Choice("y", "Leave them", "danger")
        else:
            question = "Stop the comparison without a result? Its blogs are removed."
            choice = Choice("y", "Stop", "danger")
        self.app.push_screen(ChoiceScreen(text.line(question), [choice]), self._leave)

    def _leave(self, answer: str | None) -> None:
        if answer is None or self._run.is_over:
            return
        if self._run.is_stopping:
            self._run.leave()
        else:
            self._is_left = True
            self._run.stop()
        self._show()


def words(run: LabRun) -> str:
    """Return what the run does at the moment."""
    if run.phase is not Phase.LOAD:
        return f"{run.phase[0].upper()}{run.phase[1:]} …"
    if run.is_stopping:
        return "Stopping …"
    elapsed, whole = run.live.measured_s
    if not elapsed:
        return "Warming up both backends …"
    return f"Sending requests: {elapsed:.0f} of {whole:.0f} s"


def share(run: LabRun) -> float | None:
    """Return how much of the load has been sent; None outside of it."""
    whole = run.live.duration_s
    return run.live.elapsed_s / whole if run.phase is Phase.LOAD and whole else None


def figures(live: LiveRun, width: int) -> list[Line]:
    """Return the table of both backends."""
    head: Line = ("backends", table_row(("", "FUNCTIONS", "CONTAINERS"), width))
    return [head, *(("plain", table_row(row, width)) for row in live_run.table(live))]


def _draw(chart: LineChart, live: LiveRun) -> None:
    _, whole = live.measured_s
    title = f"median latency of each {live.step_s:g} s, ms, by seconds"
    axis = NumberAxis.linear(0, whole or 1)
    points = {backend: live.points(backend) for backend in Backend}
    chart.show(Frame(title=title, axis=axis, counts=False), curves_of(points))
