"""The form of the cost screen."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from lab.compare import Finished
from lab.cost.inputs import Architecture
from tests.tui import lab
from tui.state import cost_form
from tui.state.cost_form import CostForm

REGIONS = ["us-east-1", "eu-west-1"]
BASE = cost_form.start({}, None).inputs


def typed(base=BASE, **values):
    known = {field.name: field.default for field in cost_form.fields(base, "us-east-1")}
    return CostForm.of(known | values, base, REGIONS)


def test_the_unchanged_form_has_the_inputs_it_was_made_from():
    assert typed().inputs == BASE
    assert typed().region == "us-east-1"


def test_every_field_changes_the_inputs():
    form = typed(
        requests="2.5M", memory="1,024", billed="12.5", tasks="3", task="1/2", region="eu-west-1"
    )
    functions, containers = form.inputs.functions, form.inputs.containers

    assert form.inputs.traffic.requests == 2_500_000
    assert (functions.memory_mb, functions.billed_ms) == (1024, Decimal("12.5"))
    assert containers.scaling.min_tasks == 3
    assert (containers.vcpus, containers.memory_gb) == (1, 2)
    assert form.region == "eu-west-1"


def test_more_tasks_than_the_service_may_have_raise_its_limit():
    assert typed(tasks="9").inputs.containers.scaling.max_tasks == 9


@pytest.mark.parametrize(
    ("values", "problems"),
    [
        ({"requests": "lots"}, {"requests": "not a number, such as 1M"}),
        ({"requests": "1e11"}, {"requests": "at most 10,000,000,000"}),
        ({"memory": "127"}, {"memory": "at least 128"}),
        ({"billed": "0.5"}, {"billed": "at least 1"}),
        ({"tasks": "1.5"}, {"tasks": "a whole number"}),
        ({"task": "0.25"}, {"task": "vCPU/GB, such as 0.25/0.5"}),
        ({"task": "0/1"}, {"task": "more than 0 and at most 16 vCPUs"}),
        ({"task": "1/121"}, {"task": "more than 0 and at most 120 GB"}),
        ({"region": "mars"}, {"region": "one of us-east-1, eu-west-1"}),
    ],
)
def test_a_field_that_is_not_valid_has_a_reason(values, problems):
    assert typed(**values) == CostForm(inputs=None, region="", problems=problems)


def test_the_sizes_of_the_stack_are_filled_in():
    outputs = {
        "FunctionMemory": 512,
        "TaskVCPU": 0.5,
        "TaskMemory": 1024,
        "Architecture": "x86_64",
    }
    inputs = cost_form.start(outputs, None).inputs
    shown = {field.name: field.default for field in cost_form.fields(inputs, "us-east-1")}

    assert inputs.architecture is Architecture.X86_64
    assert (shown["memory"], shown["task"]) == ("512", "0.5/1")


def test_the_last_comparison_is_filled_in():
    measured = cost_form.start({"FunctionMemory": 512}, finished(app_ms=12.3))

    assert measured.inputs.functions.memory_mb == 512
    assert measured.inputs.functions.billed_ms == 13, "AWS bills whole milliseconds"
    assert measured.inputs.traffic.requests == 25 * 730 * 3600
    assert any("Server-Timing" in note for note in measured.notes)


def test_an_interval_is_dropped_with_the_number_that_it_belongs_to():
    measured = cost_form.start({}, finished(app_ms=12.3))
    same, changed = (typed(measured.inputs, **values).inputs for values in ({}, {"billed": "50"}))

    assert cost_form.intervals(measured, same).billed_ms is not None
    assert cost_form.intervals(measured, changed).billed_ms is None


def finished(*, app_ms):
    rows = [replace(row, app_ms=app_ms) for row in lab.rows()]
    results = lab.results(lab.run(rows))
    return Finished(results=results, summary=lab.summary())


def test_a_region_without_prices_is_replaced_by_the_default():
    assert cost_form.region_of("eu-west-1", REGIONS) == "eu-west-1"
    assert cost_form.region_of("af-south-1", REGIONS) == "us-east-1"
    assert cost_form.region_of("", REGIONS) == "us-east-1"
