import pytest

from lab.analysis import analyse
from lab.backends import Backend
from lab.plan import Operation, Order
from lab.rows import ErrorClass, Outcome
from tests.lab.build import (
    CONTAINERS,
    FUNCTIONS,
    drawn_run,
    failed,
    generator,
    results,
    row,
    run,
    settings,
    warm_up_row,
)

SHORT = settings(duration_s=10.0)


def functions(*rows, **fields):
    """Return the figures of the functions for these rows, in a run of ten seconds."""
    summary = analyse(results(run(rows, planned=SHORT, **fields)))
    return summary.backends[FUNCTIONS]


def test_every_outcome_has_its_own_count():
    figures = functions(
        *(row(number) for number in range(4)),
        failed(4, error=ErrorClass.TIMEOUT),
        row(5, outcome=Outcome.ERROR, error=ErrorClass.STATUS, status=500),
        row(6, outcome=Outcome.THROTTLED, status=429),
        failed(7, outcome=Outcome.DROPPED),
        failed(8, outcome=Outcome.SKIPPED),
        failed(9, outcome=Outcome.STOPPED),
    )

    assert (figures.planned, figures.sent, figures.ok) == (10, 8, 4)
    assert (figures.errors, figures.throttled) == (2, 1)
    assert (figures.dropped, figures.skipped, figures.stopped) == (1, 1, 1)
    assert figures.error_classes == {ErrorClass.TIMEOUT: 1, ErrorClass.STATUS: 1}
    assert figures.statuses == {200: 4, 500: 1, 429: 1}
    assert figures.failed_share == 4 / 8


def test_no_figure_includes_the_warm_up():
    figures = functions(warm_up_row(), row(1, latency_ms=20.0))

    assert (figures.planned, figures.latency.max) == (1, pytest.approx(20.0))


def test_only_successful_requests_have_a_place_in_the_quantiles():
    figures = functions(
        row(latency_ms=20.0), row(1, latency_ms=900.0, outcome=Outcome.THROTTLED, status=429)
    )

    assert (figures.latency.count, figures.service.count) == (1, 1)


def test_latency_counts_from_the_planned_time_and_service_from_the_sending():
    figures = functions(row(latency_ms=20.0, late_ms=15.0))

    assert (figures.latency.max, figures.service.max) == pytest.approx((20.0, 5.0))


def test_cold_and_warm_requests_are_apart_and_together():
    figures = functions(row(latency_ms=20.0), row(1, latency_ms=500.0, init_ms=400.0))

    assert (figures.warm.max, figures.cold.max) == pytest.approx((20.0, 500.0))
    assert (figures.latency.count, figures.cold_share.value) == (2, 0.5)
    assert figures.server_ms["init"].max == 400.0


def test_each_operation_has_its_distribution():
    figures = functions(row(latency_ms=20.0), row(1, latency_ms=30.0, operation=Operation.LIST))

    maxima = {operation: each.max for operation, each in figures.operations.items()}
    assert maxima == pytest.approx({Operation.READ: 20.0, Operation.LIST: 30.0})


def test_rates_are_per_second_of_the_slots_of_the_backend():
    figures = functions(*(row(number) for number in range(8)), failed(8), failed(9))

    assert (figures.asked_per_s, figures.achieved_per_s) == (10 / 5.0, 8 / 5.0)


@pytest.mark.parametrize("fields", [{"stopped": True}, {"failures": ("A process ended.",)}])
def test_rates_of_a_run_that_ended_early_are_those_until_then(fields):
    stopped = generator(**fields)
    later = failed(9, outcome=Outcome.STOPPED, sent_s=None, planned_s=9.0, slot=3)

    figures = functions(row(), row(1, planned_s=2.0), later, generator=stopped)

    assert (figures.asked_per_s, figures.achieved_per_s) == (1.0, 1.0)


def test_a_run_without_a_response_has_no_figures_and_no_difference():
    summary = analyse(results(run()))

    assert {one.value for one in summary.differences} == {None}
    assert all(side.latency.max is None for side in summary.backends.values())


def test_a_dead_backend_cannot_be_faster_nor_slower():
    dead = drawn_run()
    rows = [
        failed(each.number, CONTAINERS) if each.backend is CONTAINERS else each
        for each in dead.rows
    ]

    summary = analyse(results(run(rows, planned=dead.settings)))

    assert {one.faster for one in summary.differences} == {None}
    assert summary.differences[0].sentence == ("no statement at p50: containers has no response")
    assert summary.notes[0].startswith("containers: no request got the expected response")


def test_equal_results_have_equal_figures():
    given = results(drawn_run(seed=3))

    assert analyse(given) == analyse(given)


@pytest.mark.parametrize("order", [Order.ABBA, Order.PARALLEL])
def test_a_backend_that_is_20_ms_slower_is_found(order):
    planned = settings(duration_s=60.0, order=order)

    summary = analyse(results(drawn_run(slower_ms=20.0, planned=planned)))

    found = {one.quantile: one for one in summary.differences}
    assert found["p50"].faster is Backend.CONTAINERS
    assert found["p95"].faster is Backend.CONTAINERS
    assert found["p50"].low < 20.0 < found["p50"].high
    assert summary.blocks.count == 6


def test_the_verdict_of_the_generator_is_in_the_summary():
    late = [row(number, late_ms=400.0, latency_ms=500.0) for number in range(9)]
    busy = generator(cpu_share=0.95)

    verdict = analyse(results(run(late), run(generator=busy))).verdict

    assert verdict.generator_limited
    assert [reason[:17] for reason in verdict.reasons] == ["Run 1: The genera", "Run 2: A load pro"]
    assert verdict.lateness[FUNCTIONS].max == pytest.approx(400.0)
    assert verdict.cpu_share == 0.95
