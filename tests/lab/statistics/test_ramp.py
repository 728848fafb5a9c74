import dataclasses

import pytest

from lab.analysis import analyse
from lab.plan import Order
from lab.rows import Outcome
from lab.statistics import words
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
)

RAMP = settings(order=Order.RAMP, ramp=(10.0, 20.0, 30.0), slot_s=20.0)


def ramp(*latencies, target="p95<200ms", rows_per_step=100, **fields):
    """Return the summary of a ramp whose functions have these latencies in the steps."""
    rows = [
        row(n, latency_ms=latency, slot=slot, planned_s=slot * 20 + 1 + n / 100)
        for slot, latency in enumerate(latencies)
        for n in range(rows_per_step)
    ]
    return analyse(results(run(rows, planned=RAMP, **fields), target=target))


def met(summary):
    return [step.met for step in summary.ramp if step.backend is FUNCTIONS]


def test_every_step_is_one_row_in_the_order_of_the_rates():
    summary = analyse(results(drawn_run(planned=RAMP), target="p95<200ms"))

    assert [(step.backend, step.rate) for step in summary.ramp] == [
        (backend, rate) for backend in (FUNCTIONS, CONTAINERS) for rate in RAMP.ramp
    ]
    assert all(step.achieved_per_s == pytest.approx(step.rate, rel=0.3) for step in summary.ramp)
    assert summary.highest_rate == {FUNCTIONS: 30.0, CONTAINERS: 30.0}


@pytest.mark.parametrize(
    ("latencies", "steps", "highest"),
    [
        ((50, 60, 70), [True, True, True], 30.0),
        ((50, 60, 250), [True, True, False], 20.0),
        ((50, 250, 60), [True, False, True], 10.0),
        ((250, 50, 50), [False, True, True], None),
    ],
)
def test_the_highest_rate_has_no_lower_one_that_missed(latencies, steps, highest):
    summary = ramp(*latencies)

    assert met(summary) == steps
    assert summary.highest_rate[FUNCTIONS] == highest


@pytest.mark.parametrize(
    ("latencies", "rows", "words_"),
    [
        ((50, 60, 70), 100, "at least 30/s (the highest step)"),
        ((50, 60, 250), 100, "20/s"),
        ((250, 50, 50), 100, "no step"),
        ((50, 60, 250), 20, "not known"),
        ((50, 60), 100, "at least 20/s (it is not known whether the next step met it)"),
    ],
)
def test_the_highest_rate_in_words_says_if_a_higher_one_could_meet_the_target(
    latencies, rows, words_
):
    summary = ramp(*latencies, rows_per_step=rows)

    assert words.highest_rate(summary, FUNCTIONS, "/s") == words_


def test_a_step_that_skipped_requests_had_less_load_and_cannot_meet_a_target():
    def met_with(skipped, latency_ms):
        rows = [row(n, latency_ms=latency_ms) for n in range(100)]
        rows += [failed(n, outcome=Outcome.SKIPPED) for n in range(100, 100 + skipped)]
        return analyse(results(run(rows, planned=RAMP), target="p95<200ms")).ramp[0].met

    assert (met_with(1, 50), met_with(2, 50), met_with(2, 250)) == (True, None, False)


def test_a_step_without_enough_requests_neither_meets_nor_misses():
    summary = ramp(50, 50, 50, rows_per_step=20)

    assert met(summary) == [None] * 3
    assert summary.highest_rate == {FUNCTIONS: None, CONTAINERS: None}
    assert any("too few requests to tell whether they met p95<200ms" in x for x in summary.notes)


@pytest.mark.parametrize("outcome", [Outcome.ERROR, Outcome.THROTTLED, Outcome.DROPPED])
def test_a_request_that_failed_is_slower_than_any_target(outcome):
    rows = [row(n, planned_s=n / 10) for n in range(90)]
    rows += [failed(n, outcome=outcome, planned_s=9.0) for n in range(90, 100)]

    summary = analyse(results(run(rows, planned=RAMP), target="p95<200ms"))

    assert met(summary)[0] is False
    assert analyse(results(run(rows, planned=RAMP), target="p50<200ms")).ramp[0].met is True
    assert analyse(results(run(rows, planned=RAMP), target="max<200ms")).ramp[0].met is False


def test_a_step_that_was_stopped_neither_meets_nor_misses():
    rows = [row(n) for n in range(100)] + [failed(100, outcome=Outcome.STOPPED)]
    stopped = generator(stopped=True)

    summary = analyse(results(run(rows, planned=RAMP, generator=stopped), target="p95<200ms"))

    assert met(summary)[0] is None


def test_responses_after_the_end_of_a_step_are_no_throughput():
    rows = [row(n, latency_ms=100.0 if n < 40 else 25_000.0) for n in range(100)]

    step = analyse(results(run(rows, planned=RAMP))).ramp[0]

    assert step.achieved_per_s == 40 / 20
    assert step.met is None


def test_steps_of_several_runs_count_together():
    one = drawn_run(planned=RAMP)
    twice = analyse(results(one, one)).ramp[0]

    assert twice.latency.count == 2 * analyse(results(one)).ramp[0].latency.count
    assert twice.achieved_per_s == analyse(results(one)).ramp[0].achieved_per_s


def test_a_comparison_without_a_ramp_has_no_steps():
    summary = analyse(results(drawn_run(planned=settings(duration_s=10.0))))

    assert (list(summary.ramp), summary.highest_rate) == ([], None)


def test_the_counts_of_a_step_are_its_own():
    rows = [failed(1, slot=1, planned_s=21.0), failed(2, outcome=Outcome.DROPPED, slot=2)]

    steps = analyse(results(run(rows, planned=RAMP))).ramp

    assert [step.errors for step in steps[:3]] == [0, 1, 0]
    assert [step.dropped for step in steps[:3]] == [0, 0, 1]
    assert dataclasses.astuple(steps[0])[-1] is None
