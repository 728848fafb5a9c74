"""Inputs from the results of a comparison, and from the outputs of a stack."""

from decimal import Decimal

import pytest

from lab.analysis import analyse
from lab.cost.inputs import Architecture, Inputs
from lab.cost.measured import inputs_from
from lab.cost.of_results import report_of
from lab.cost.stack import with_outputs
from lab.cost.traffic import Traffic
from lab.plan import Order
from lab.results import AwsRecords, FunctionReport, Results
from lab.statistics.quantiles import distribution
from tests.lab.build import CONTAINERS, FUNCTIONS, environment, row, run, settings

D = Decimal
OUTPUTS = {
    "FunctionMemory": 884,
    "TaskVCPU": 0.5,
    "TaskMemory": 1024,
    "Architecture": "x86_64",
    "FunctionNames": {"GetBlog": "a", "PutBlog": "b"},
    "Region": "eu-west-1",
}


def results(rows, *, outputs=OUTPUTS, is_local=False, **fields):
    place = environment(outputs=outputs, is_local=is_local)
    return Results(runs=[run(rows, environment=place, **fields)], target="p95<200ms")


def measured(found, outputs=None):
    return inputs_from(found, analyse(found), outputs)


def requests(count, backend=FUNCTIONS, **fields):
    return [row(number, backend, planned_s=number / 50, **fields) for number in range(count)]


def test_the_outputs_give_the_sizes():
    inputs = with_outputs(Inputs(traffic=Traffic.constant(1)), OUTPUTS)

    assert inputs.functions.memory_mb == 884
    assert (inputs.functions.functions, inputs.functions.custom_metrics) == (2, 1)
    assert (inputs.containers.vcpus, inputs.containers.memory_gb) == (D("0.5"), 1)
    assert inputs.architecture is Architecture.X86_64


@pytest.mark.parametrize("value", [None, "442", True, -1, 1e12, float("nan"), [], {}])
def test_outputs_of_another_type_are_ignored(value):
    default = Inputs(traffic=Traffic.constant(1))

    assert with_outputs(default, dict.fromkeys(OUTPUTS, value)) == default


def test_every_response_is_billed_in_whole_milliseconds():
    found = measured(results([*requests(50, app_ms=1.2), *requests(50, app_ms=3.0)]))

    assert found.inputs.functions.billed_ms == D("2.5")
    assert any("estimate from the Server-Timing of 100 responses" in note for note in found.notes)
    assert found.region == "eu-west-1"


def test_the_interval_of_the_billed_duration_holds_its_mean():
    rows = [row(number, planned_s=number / 50, app_ms=20 + number % 7) for number in range(400)]
    found = measured(results(rows))

    low, high = found.intervals.billed_ms
    assert low < found.inputs.functions.billed_ms < high
    assert measured(results(rows[:60])).intervals.billed_ms is None


def report(count, run_ms, inits=(), billed_init_ms=None):
    init_ms = sum(inits) / len(inits) if inits else None
    return FunctionReport(
        operation="GetBlog",
        billed=distribution([run_ms] * count),
        billed_ms=run_ms,
        run_ms=run_ms,
        init=distribution(inits),
        init_ms=init_ms,
        billed_init_ms=billed_init_ms or init_ms,
        max_memory_mb=98,
    )


def test_report_lines_replace_the_estimate_of_the_billed_duration_and_the_init():
    rows = [row(number, planned_s=1, init_ms=300.0, app_ms=9) for number in range(200)]
    blocks = [20.0, 22.0] * 5
    aws = AwsRecords(functions=[report(300, 20, [400, 500]), report(100, 28)], run_blocks_ms=blocks)
    found = measured(results(rows, aws=aws))

    assert found.inputs.functions.billed_ms == 22
    assert found.inputs.functions.init_ms == 450
    assert found.intervals.billed_ms[0] < 21 < found.intervals.billed_ms[1]
    assert any("measured, from 400 REPORT lines" in note for note in found.notes)
    assert not any("estimate" in note for note in found.notes)


def test_a_restored_snapshot_costs_what_is_billed_of_its_restore():
    aws = AwsRecords(functions=[report(100, 20, [600], billed_init_ms=132)])

    found = measured(results(requests(50, app_ms=9), aws=aws))

    assert found.inputs.functions.init_ms == 132
    assert found.intervals.billed_ms is None


def test_cold_starts_give_their_share_and_the_mean_of_their_init():
    cold = [row(number, planned_s=1, init_ms=300 + 100 * number, app_ms=9) for number in range(2)]
    found = measured(results([*requests(98, app_ms=9), *cold]))

    assert found.inputs.functions.cold_share == D("0.02")
    assert found.inputs.functions.init_ms == 350
    assert any("2 of 100 requests" in note for note in found.notes)


def measured_ramp(slow_from, last=600):
    """Return what a ramp to 60/s on two tasks gives that is slow from one rate on.

    The last step has *last* requests.
    """
    planned = settings(order=Order.RAMP, ramp=(20.0, 40.0, 60.0), slot_s=10.0, duration_s=60.0)
    slots = run(planned=planned).slots
    rows = [
        row(
            number,
            slot.backends[0],
            latency_ms=500 if slot.rate >= slow_from else 50,
            planned_s=slot.start_s + number / slot.rate,
            slot=slot.number,
            served_by=f"containers/{number % 2}",
        )
        for slot in slots
        for number in range(last if slot.rate == 60 else int(slot.rate) * 10)
    ]
    return measured(results(rows, planned=planned))


def test_a_ramp_gives_what_one_task_can_handle():
    found = measured_ramp(slow_from=60)

    assert found.inputs.containers.scaling.saturation_per_s == 20  # 40/s on two tasks
    assert found.intervals.saturation_per_s == (20, 30)
    assert found.inputs.traffic.requests == 60 * 2_628_000
    assert (
        "tasks: one task can handle 20 requests/s. The highest rate of the ramp that met p95<200ms "
        "was 40/s, with 2 tasks"
    ) in found.notes
    assert "traffic: the highest rate of the ramp, 60 requests/s, all month long" in found.notes


def test_a_ramp_that_met_the_target_to_its_end_gives_a_lower_bound():
    found = measured_ramp(slow_from=80)

    assert found.inputs.containers.scaling.saturation_per_s == 30
    assert found.intervals.saturation_per_s is None
    assert (
        "tasks: one task can handle at least 30 requests/s. The highest rate of the ramp that met "
        "p95<200ms was at least 60/s (the highest step), with 2 tasks"
    ) in found.notes


def test_a_step_with_too_few_requests_is_no_upper_bound():
    found = measured_ramp(slow_from=60, last=20)

    assert found.inputs.containers.scaling.saturation_per_s == 20
    assert found.intervals.saturation_per_s is None
    assert any("one task can handle at least 20 requests/s" in note for note in found.notes)


def test_what_was_not_measured_keeps_its_default_and_is_named():
    found = measured(results(requests(5, CONTAINERS)))

    default = Inputs(traffic=Traffic.constant(1))
    assert found.inputs.functions.billed_ms == default.functions.billed_ms
    assert found.inputs.containers.scaling == default.containers.scaling
    for subject in ("billed duration: the default", "cold starts: the default", "tasks: 1,"):
        assert any(subject in note for note in found.notes)
    assert found.intervals.billed_ms is None


def test_the_traffic_is_that_of_the_comparison_all_month_long():
    found = measured(results(requests(5)))

    assert found.inputs.traffic.requests == 50 * 2_628_000


def test_without_a_known_capacity_the_tasks_are_those_that_responded():
    rows = [row(number, CONTAINERS, served_by=f"containers/{number % 3}") for number in range(9)]

    assert measured(results(rows)).inputs.containers.scaling.min_tasks == 3


def test_a_burst_has_no_rate_and_so_the_traffic_is_the_default():
    planned = settings(order=Order.BURST, burst=5, duration_s=10.0)
    found = measured(results(requests(5), planned=planned))

    assert found.inputs.traffic.requests == 1_000_000
    assert any("a burst has no rate" in note for note in found.notes)


def test_the_outputs_of_a_stack_have_precedence():
    found = measured(results(requests(5)), {"FunctionMemory": 1769, "Region": "us-east-1"})

    assert found.inputs.functions.memory_mb == 1769
    assert found.inputs.containers.vcpus == D("0.5")
    assert found.region == "us-east-1"


def test_times_of_the_local_cloud_are_named_as_such():
    found = measured(results(requests(5), is_local=True))

    assert "the local cloud" in found.notes[0]


def test_the_calculation_of_a_comparison_uses_its_region_and_sizes():
    found = results(requests(5))
    report = report_of(found, analyse(found))

    assert report.prices.region == "eu-west-1"
    assert report.inputs.functions.memory_mb == 884
    assert "sizes: the outputs of the stack" in report.notes


def test_a_region_without_prices_is_calculated_with_those_of_another():
    for region in ("ap-southeast-1", "mars-north-1"):
        found = results(requests(5), outputs={**OUTPUTS, "Region": region})
        report = report_of(found, analyse(found))

        assert report.prices.region == "us-east-1"
        assert report.notes[-1].startswith("prices: those of us-east-1 in the package. ")
        assert region in report.notes[-1]
