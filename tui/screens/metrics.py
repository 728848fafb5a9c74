"""The CloudWatch metrics of both backends and the table, for a chosen period."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from lab.cloudwatch.metrics import PERIODS, MetricGroup, MetricsError, Period
from lab.cloudwatch.stack_metrics import MetricsReport
from tui import report_text, text
from tui.dialogs.base import ClosesOnce, is_open
from tui.flows.worker import start
from tui.settings.comparability import Comparability
from tui.settings.values import BackendName
from tui.state.session import Session
from tui.widgets.backend_label import BackendLabel
from tui.widgets.few_lines import FewLines
from tui.widgets.key_footer import KeyFooter
from tui.widgets.line_chart import Frame, LineChart
from tui.widgets.pane import set_subtitle, set_title
from tui.widgets.plot import Curve, TimeAxis


@dataclass(frozen=True)
class _Chart:
    """A chart: the keys of the metric for each backend."""

    name: str
    title: str
    keys: tuple[str, str]
    counts: bool = True


_CHARTS: Final = (
    _Chart("latency", "p95 latency, ms", ("api.latency_p95", "alb.time_p95"), counts=False),
    _Chart("requests", "requests", ("api.requests", "alb.requests")),
    _Chart("errors", "5xx", ("api.5xx", "alb.target_5xx")),
)
_DASHES: Final = {BackendName.FUNCTIONS: 1, BackendName.CONTAINERS: 3}


class MetricsScreen(ClosesOnce[None]):
    """Charts and tables, loaded at the start, on a key, and every minute if turned on."""

    CSS_PATH = "metrics.tcss"
    BINDING_GROUP_TITLE = "Metrics"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 -- as Textual declares it
        (0, "-slim"),
        (72, "-narrow"),
        (116, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012 -- as Textual declares it
        (0, "-flat"),
        (18, "-normal"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "refresh_metrics", "Refresh"),
        Binding("p", "next_period", "Period", tooltip="the next, or by number"),
        Binding("a", "auto", "Auto-refresh", tooltip="every minute, on or off"),
        Binding("c", "next_chart", "Chart", tooltip="the next"),
        *(
            Binding(str(number), f"period({number - 1})", "Period", show=False)
            for number in range(1, len(PERIODS) + 1)
        ),
        Binding("question_mark", "app.help", "Help", key_display="?"),
        Binding("q,escape,ctrl+g", "dismiss(None)", "Back", key_display="q"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._period = PERIODS[1]
        self._chart = 0
        self._asking = False
        self._report: MetricsReport | None = None
        self._problem = ""
        self._each_minute: Timer | None = None

    def compose(self) -> ComposeResult:
        yield BackendLabel(note="metrics")
        yield Static(id="head", markup=False)
        with Horizontal(id="charts"):
            for chart in _CHARTS:
                yield LineChart(id=chart.name)
        with VerticalScroll(id="tables"):
            yield Static(id=MetricGroup.FUNCTIONS, markup=False)
            with Vertical(id="others"):
                yield Static(id=MetricGroup.CONTAINERS, markup=False)
                yield Static(id=MetricGroup.TABLE, markup=False)
        yield FewLines(id="status")
        yield KeyFooter()

    def on_mount(self) -> None:
        self._session.on_change()  # fills the label
        for group in MetricGroup:
            set_title(self.query_one(f"#{group}"), text.row(group.value.upper()))
        for name, size in self._comparability.sizes.items():
            set_subtitle(self.query_one(f"#{name}"), text.row(size.words))
        self.query_one("#tables").focus()
        self._mark_chart()
        self.call_after_refresh(self.action_refresh_metrics)

    def action_refresh_metrics(self) -> None:
        """Load the metrics; if a request is running, the latest period is loaded after it."""
        if not self._asking:
            self._asking = True
            start(self, self._ask())
        self._show()

    async def _ask(self) -> None:
        try:
            wanted = None
            while wanted is not self._period and is_open(self):
                wanted = self._period
                await self._answer(wanted)
        finally:
            self._asking = False
        self._show()

    async def _answer(self, period: Period) -> None:
        """Load one period; drop the result if another period is chosen by then."""
        try:
            report, problem = await asyncio.to_thread(self._session.report, period), ""
        except MetricsError as error:
            report, problem = None, str(error)
        if period is self._period:
            self._report, self._problem = report, problem

    def action_next_period(self) -> None:
        self.action_period((PERIODS.index(self._period) + 1) % len(PERIODS))

    def action_period(self, number: int) -> None:
        """Choose a period by its number."""
        self._period = PERIODS[number]
        self.action_refresh_metrics()

    def action_auto(self) -> None:
        """Turn automatic refresh on or off."""
        if self._each_minute:
            self._each_minute.stop()
            self._each_minute = None
        else:
            self._each_minute = self.set_interval(
                report_text.REFRESH_S, self.action_refresh_metrics
            )
        self._show()

    def action_next_chart(self) -> None:
        """Show the next chart, if there is room for only one."""
        self._chart = (self._chart + 1) % len(_CHARTS)
        self._mark_chart()

    def _mark_chart(self) -> None:
        for number, chart in enumerate(_CHARTS):
            self.query_one(f"#{chart.name}").set_class(number == self._chart, "-chosen")

    def _show(self) -> None:
        """Update the screen."""
        if not is_open(self):
            return
        report = self._report
        self.query_one("#head", Static).update(
            Content.assemble((" METRICS ", "bold"), self._about())
        )
        self.query_one("#status", FewLines).show(text.line(self._state(), 900))
        for group in MetricGroup:
            self.query_one(f"#{group}", Static).update(_table(report, group))
        if report:
            for chart in _CHARTS:
                self._draw(chart, report)

    def _about(self) -> str:
        report = self._report
        if report is None:
            return f" the last {self._period.name}"
        return f" {report_text.about(report)} · {text.row(report.source)}"

    def _state(self) -> str:
        """Return the status line: error, progress, cost of the query."""
        parts: list[str] = [text.line(self._problem, 300)] if self._problem else []
        if self._asking:
            parts.append(f"Loading metrics of the last {self._period.name} …")
        elif self._report:
            parts += [report_text.cost(self._report), self._session.cost]
        if self._each_minute:
            parts.append("refreshes every minute")
        if self._report and self._comparability.notes:
            parts.append(f"backends differ in {self._comparability.subjects}")
        return " · ".join(parts)

    @property
    def _comparability(self) -> Comparability:
        return Comparability.of(self._session.backends.outputs)

    def _draw(self, chart: _Chart, report: MetricsReport) -> None:
        window = report.window
        axis = TimeAxis(window.start, window.end, window.step_s)
        frame = Frame(title=chart.title, axis=axis, counts=chart.counts)
        curves = [
            Curve(word=name.word, dash=_DASHES[name], points=report.reading(key).points)
            for name, key in zip(BackendName, chart.keys, strict=True)
        ]
        drawn = self.query_one(f"#{chart.name}", LineChart)
        drawn.show(frame, curves)
        drawn.set_class(not any(value for curve in curves for _, value in curve.points), "-zero")


def _table(report: MetricsReport | None, group: MetricGroup) -> Content:
    readings = report.in_group(group) if report else ()
    return Content("\n").join(Content(report_text.line(reading)) for reading in readings)
