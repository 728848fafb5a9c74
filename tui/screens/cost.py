"""What each backend costs in a month, recalculated as the user types."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical

from lab.cost import prices
from lab.cost.errors import CostError
from lab.cost.inputs import Inputs
from lab.cost.report import CostReport, cost_report
from tui import report_text, text
from tui.dialogs.base import ClosesOnce, is_open
from tui.flows.worker import start
from tui.settings import price_file
from tui.state import cost_form, cost_view
from tui.state.cost_form import CostForm
from tui.state.session import Session
from tui.text import Safe
from tui.widgets.backend_label import BackendLabel
from tui.widgets.curves import curves_of
from tui.widgets.few_lines import FewLines
from tui.widgets.form_row import FormRow
from tui.widgets.key_footer import KeyFooter
from tui.widgets.line_chart import Frame, LineChart
from tui.widgets.line_field import LineField
from tui.widgets.lines import Lines
from tui.widgets.number_axis import NumberAxis
from tui.widgets.pane import set_title
from tui.widgets.plot import Mark

_TITLE: Final = "USD a month, by requests a month"


class CostScreen(ClosesOnce[None]):
    """Fields for the traffic and the sizes; totals, items, and the curve with its crossings."""

    CSS_PATH = "cost.tcss"
    BINDING_GROUP_TITLE = "Cost"
    AUTO_FOCUS = "#requests"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (116, "-wide")]  # noqa: RUF012 -- as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (16, "-normal")]  # noqa: RUF012 -- same
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f3", "chart", "Chart or items", priority=True),
        Binding("f1", "app.help", "Help", priority=True),  # ? is a character here
        Binding("escape,ctrl+g", "dismiss(None)", "Back", key_display="esc"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._price_file = price_file.path(session.environ)
        self._regions = _regions(self._price_file)
        self._measured = cost_form.start(session.backends.outputs, session.last_comparison)
        self._calculating = False
        self._form: CostForm | None = None

    def compose(self) -> ComposeResult:
        yield BackendLabel(note="cost")
        region = cost_form.region_of(self._measured.region, self._regions)
        with Container(id="panes"):
            with Vertical(id="left"):
                with Vertical(id="fields"):
                    for each in cost_form.fields(self._measured.inputs, region):
                        field = LineField(each.default, id=each.name, compact=True)
                        yield FormRow(Safe(each.label), field, Safe(each.about))
                yield FewLines(id="headline")
                yield FewLines(id="problem")
                yield Lines(id="items")
            yield LineChart(id="curve")
        yield KeyFooter()

    def on_mount(self) -> None:
        self.app.clear_notifications()  # they would cover the items
        set_title(self.query_one("#fields"), Safe("Cost of a month"))
        set_title(self.query_one("#items"), Safe("Items"))
        self._session.on_change()  # fills the label
        self._changed()

    def action_chart(self) -> None:
        """Show the chart instead of the items, or the items again."""
        self.toggle_class("chart")

    def on_input_changed(self) -> None:
        self._changed()

    def on_input_submitted(self) -> None:
        self.focus_next()

    def _changed(self) -> None:
        """Show what is not valid; otherwise calculate the cost."""
        rows = {row.field.id or "": row for row in self.query(FormRow)}
        values = {name: row.field.value for name, row in rows.items()}
        form = CostForm.of(values, self._measured.inputs, self._regions)
        for name, row in rows.items():
            problem = form.problems.get(name)
            row.show(None if problem is None else text.line(problem))
        self._form = form
        if not self._calculating:
            self._calculating = True
            start(self, self._calculate())

    async def _calculate(self) -> None:
        """Calculate the latest form: it may have changed when a result arrives."""
        done = None
        try:
            while done is not self._form and is_open(self):
                done = self._form
                await self._show(done)
        finally:
            self._calculating = False

    async def _show(self, form: CostForm | None) -> None:
        """Show the cost of a form. If a field is not valid, the last result stays."""
        if form is None or form.inputs is None:
            return
        try:
            report = await asyncio.to_thread(self._report, form.inputs, form.region)
        except CostError as error:
            self._say(str(error))
            return
        if form is not self._form or not is_open(self):
            return
        self._say("")
        self.query_one("#headline", FewLines).show(Safe("\n".join(cost_view.headline(report))))
        self.query_one("#items", Lines).fit(partial(cost_view.lines, report))
        self._draw(report)

    def _report(self, inputs: Inputs, region: str) -> CostReport:
        found = prices.load(region, self._price_file)
        intervals = cost_form.intervals(self._measured, inputs)
        return cost_report(inputs, found, intervals, self._measured.notes)

    def _draw(self, report: CostReport) -> None:
        marks = [
            Mark(float(report.inputs.traffic.requests), "your traffic"),
            *(
                Mark(crossing.requests, report_text.compact(crossing.requests))
                for crossing in report.break_even.crossings
            ),
        ]
        first, last = report.curve[0].requests, report.curve[-1].requests
        axis = NumberAxis.powers(first, last)
        frame = Frame(title=_TITLE, axis=axis, counts=False, marks=marks)
        self.query_one("#curve", LineChart).show(frame, curves_of(cost_view.points(report)))

    def _say(self, problem: str) -> None:
        line = self.query_one("#problem", FewLines)
        line.display = bool(problem)
        line.show(text.line(problem, 900))


def _regions(price_file: Path) -> list[str]:
    """Return the regions that have prices; if the file is damaged, the calculation shows why."""
    try:
        return prices.regions(price_file)
    except CostError:
        return prices.regions()
