"""The result of a comparison: what differs, the figures of both backends, and two charts."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from lab.backends import Backend
from lab.compare import Finished
from tui import text
from tui.dialogs.base import ClosesOnce, is_on_top, is_open
from tui.dialogs.choice import Choice, ChoiceScreen
from tui.flows.worker import start
from tui.settings.xdg import shortened
from tui.state import lab_files, lab_result
from tui.state.session import Session
from tui.text import Safe
from tui.widgets.backend_label import BackendLabel
from tui.widgets.curves import curves_of
from tui.widgets.few_lines import FewLines
from tui.widgets.key_footer import KeyFooter
from tui.widgets.line_chart import Frame, LineChart
from tui.widgets.lines import Lines
from tui.widgets.number_axis import NumberAxis
from tui.widgets.pane import set_title

_CHARTS: Final = ("spectrum", "timeline")


class LabResultScreen(ClosesOnce[None]):
    """Shows a result, saves it, and opens its report."""

    CSS_PATH = "lab.tcss"
    BINDING_GROUP_TITLE = "Result"
    AUTO_FOCUS = "#result"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (116, "-wide")]  # noqa: RUF012 -- as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (18, "-normal"), (34, "-tall")]  # noqa: RUF012 -- same
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "save", "Save", tooltip="results and report, to a folder"),
        Binding("o", "open_report", "Open the report", tooltip="in the browser"),
        Binding("c", "next_chart", "Chart", tooltip="the next"),
        Binding("dollar_sign", "app.cost", "Cost", key_display="$"),
        Binding("question_mark", "app.help", "Help", key_display="?"),
        Binding("q,escape,ctrl+g", "dismiss(None)", "Back", key_display="q"),
    ]

    def __init__(self, session: Session, finished: Finished) -> None:
        super().__init__()
        self._session = session
        self._finished = finished
        self._chart = 0
        self._saving: asyncio.Task[Path] | None = None

    def compose(self) -> ComposeResult:
        yield BackendLabel(note="lab · result")
        with Horizontal(id="charts"):
            for name in _CHARTS:
                yield LineChart(id=name)
        yield Lines(id="result")
        yield FewLines(id="status")
        yield KeyFooter()

    def on_mount(self) -> None:
        self._session.on_change()  # fills the label
        set_title(self.query_one("#result"), Safe("Result"))
        lines = partial(lab_result.lines, self._finished.summary)
        self.query_one("#result", Lines).fit(lines)
        self._draw()
        self._mark_chart()
        left = text.count(len(self._finished.left_behind), "blog")
        note = f"{left} could not be removed. The next comparison offers to remove them."
        self._say(note if self._finished.left_behind else "")

    def _draw(self) -> None:
        run = self._finished.results.runs[0]
        points = {backend: lab_result.spectrum(run, backend) for backend in Backend}
        ends = [at for curve in points.values() for at, _ in curve]
        axis = NumberAxis(
            low=1, high=max([10.0, *ends]), ticks=lab_result.SPECTRUM_TICKS, is_log=True
        )
        frame = Frame(title="latency by percentile, ms", axis=axis, counts=False)
        self.query_one("#spectrum", LineChart).show(frame, curves_of(points))
        slot_s = run.settings.slot_s
        frame = Frame(
            title=f"median latency of each {slot_s:g} s, ms, by seconds",
            axis=NumberAxis.linear(0, max(1.0, run.settings.duration_s)),
            counts=False,
        )
        self.query_one("#timeline", LineChart).show(frame, curves_of(lab_result.timeline(run)))

    def action_next_chart(self) -> None:
        """Show the other chart, if there is room for only one."""
        self._chart = (self._chart + 1) % len(_CHARTS)
        self._mark_chart()

    def _mark_chart(self) -> None:
        for number, name in enumerate(_CHARTS):
            self.query_one(f"#{name}").set_class(number == self._chart, "-chosen")

    # Save and open.

    def action_save(self) -> None:
        start(self, self._save())

    async def _save(self) -> Path | None:
        """Write the files once; return the folder, or None if that failed."""
        environ = self._session.environ
        if self._saving is None:
            self._saving = asyncio.create_task(
                asyncio.to_thread(lab_files.save, environ, self._finished)
            )
        try:
            path = await self._saving
        except OSError as error:
            self._saving = None
            self._say(lab_files.problem(environ, error))
            return None
        self._say(f"Saved results.json and report.html in {shortened(path, environ)}.")
        return path

    def action_open_report(self) -> None:
        start(self, self._open())

    async def _open(self) -> None:
        """Save, and open the report after the user has seen where it is."""
        path = await self._save()
        if path is None or not is_on_top(self):
            return
        report = path / lab_files.REPORT
        question = text.line(f"Open {report} in the browser?", 900)
        choices = [Choice("b", "Open in the browser"), Choice("c", "Copy the path")]
        if self.app.is_web:  # a page cannot open a file of this machine
            question, choices = text.line(f"The report is {report}.", 900), choices[1:]
        answer = await self.app.push_screen_wait(ChoiceScreen(question, choices))
        if answer == "b":
            self.app.open_url(report.as_uri())
        elif answer == "c":
            self.app.copy_to_clipboard(str(report))

    def _say(self, words: str) -> None:
        if is_open(self):
            status = self.query_one("#status", FewLines)
            status.display = bool(words)
            status.show(text.line(words, 900))
