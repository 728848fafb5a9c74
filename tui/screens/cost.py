"""What each backend costs in a month, recalculated as the user types."""

from __future__ import annotations

import asyncio
import os
from functools import partial
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.widgets import Footer

from lab.cost import prices
from lab.cost.errors import CostError
from lab.cost.inputs import Inputs
from tui import report_text, text
from tui.dialogs.base import ClosesOnce, is_open
from tui.flows.worker import start
from tui.settings import price_file
from tui.state import cost_form, cost_view
from tui.state.cost_form import CostForm
from tui.state.cost_view import CostView
from tui.state.session import Session
from tui.text import Safe
from tui.widgets.backend_label import BackendLabel
from tui.widgets.curves import curves_of
from tui.widgets.few_lines import FewLines
from tui.widgets.form_row import FormRow
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
        self._regions = prices.regions(price_file.path(os.environ))
        self._base = cost_form.base_inputs(session.backends.outputs)
        self._calculating = False
        self._form: CostForm | None = None

    def compose(self) -> ComposeResult:
        yield BackendLabel(note="cost")
        region = cost_form.region_of(self._session.backends.deployment.region, self._regions)
        with Container(id="panes"):
            with Vertical(id="left"):
                with Vertical(id="fields"):
                    for each in cost_form.fields(self._base, region):
                        field = LineField(each.default, id=each.name, compact=True)
                        yield FormRow(Safe(each.label), field, Safe(each.about))
                yield FewLines(id="headline")
                yield FewLines(id="problem")
                yield Lines(id="items")
            yield LineChart(id="curve")
        yield Footer(show_command_palette=False)

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
        form = CostForm.of(values, self._base, self._regions)
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
            view = await asyncio.to_thread(_view, form.inputs, form.region)
        except CostError as error:
            self._say(str(error))
            return
        if form is not self._form or not is_open(self):
            return
        self._say("")
        self.query_one("#headline", FewLines).show(Safe("\n".join(cost_view.headline(view))))
        self.query_one("#items", Lines).fit(partial(cost_view.lines, view))
        self._draw(view)

    def _draw(self, view: CostView) -> None:
        places = [at for points in view.points.values() for at, _ in points]
        marks = [
            Mark(view.requests, "your traffic"),
            *(
                Mark(crossing.requests, report_text.compact(crossing.requests))
                for crossing in view.break_even.crossings
            ),
        ]
        axis = NumberAxis.powers(min(places), max(places))
        frame = Frame(title=_TITLE, axis=axis, counts=False, marks=marks)
        self.query_one("#curve", LineChart).show(frame, curves_of(view.points))

    def _say(self, problem: str) -> None:
        line = self.query_one("#problem", FewLines)
        line.display = bool(problem)
        line.show(text.line(problem, 900))


def _view(inputs: Inputs, region: str) -> CostView:
    return CostView.of(inputs, prices.load(region, price_file.path(os.environ)))
