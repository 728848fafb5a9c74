"""The figures of a run of the lab while it is in progress."""

from __future__ import annotations

import pytest

from lab.plan import WARM_UP_SLOT
from lab.rows import Outcome
from tests.tui.lab import START_S, C, F, row
from tui.state.live_run import LiveRun


def run_of(*rows, in_flight=None):
    run = LiveRun(start_s=START_S, step_s=2.5)
    run.add(13.0, 63.0, rows, in_flight or {})
    return run


def test_a_run_without_rows_has_no_figures():
    figures = run_of().figures(F)

    assert (figures.responses, figures.in_flight) == (0, 0)
    assert set(figures.quantiles.values()) == {None}
    assert run_of().points(F) == []


def test_each_backend_has_its_own_figures():
    run = run_of(row(F, 1, 10), row(F, 2, 30), row(C, 3, 500), in_flight={C: 7})

    assert run.figures(F).responses == 2
    assert run.figures(F).quantiles["p50"] == pytest.approx(10)
    assert run.figures(C).quantiles["p50"] == pytest.approx(500)
    assert (run.figures(F).in_flight, run.figures(C).in_flight) == (0, 7)


def test_outcomes_are_counted_apart_from_latencies():
    outcomes = [Outcome.ERROR, Outcome.SKIPPED, Outcome.THROTTLED, Outcome.DROPPED, Outcome.STOPPED]
    run = run_of(row(F, 0, 10), *(row(F, 1, 9000, outcome=outcome) for outcome in outcomes))
    figures = run.figures(F)

    assert (figures.failed, figures.throttled, figures.dropped, figures.skipped) == (1, 1, 1, 1)
    assert figures.responses == 1
    assert figures.quantiles["p50"] == pytest.approx(10)


def test_the_warm_up_does_not_count():
    run = run_of(row(F, -2, 900, slot=WARM_UP_SLOT))

    assert run.figures(F).responses == 0
    assert run.measured_s == (10.0, 60.0)


def test_a_quantile_needs_enough_samples():
    def shown(number):
        quantiles = run_of(*(row(F, 0, 10) for _ in range(number))).figures(F).quantiles
        return [name for name, value in quantiles.items() if value is not None]

    assert shown(58) == ["p50"]
    assert shown(59) == ["p50", "p95"]
    assert shown(299) == ["p50", "p95", "p99"]


def test_points_are_the_medians_of_the_steps():
    run = run_of(row(F, 0, 10), row(F, 1, 30), row(F, 2, 20), row(F, 5.1, 7))
    assert run.points(F) == [(1.25, pytest.approx(20)), (6.25, pytest.approx(7))]

    run.add(14.0, 63.0, [row(F, 5.2, 3), row(F, 5.3, 5)], {})
    assert run.points(F)[1] == (6.25, pytest.approx(5)), "later rows of a step count"
