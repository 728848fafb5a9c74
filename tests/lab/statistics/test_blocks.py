import math
import random

import pytest

from lab.plan import Order
from lab.rows import Outcome
from lab.statistics.blocks import Block, divide, equal_count, lag1, merge
from tests.lab.build import (
    CONTAINERS,
    FUNCTIONS,
    drawn_run,
    failed,
    generator,
    row,
    run,
    settings,
    warm_up_row,
)


def block(difference, seconds=10.0):
    return Block(seconds=seconds, latencies={FUNCTIONS: [100.0 + difference], CONTAINERS: [100.0]})


def test_a_block_is_a_whole_abba_cycle():
    measured = drawn_run(planned=settings(duration_s=20.0))

    first, second = divide(measured)

    assert (first.seconds, second.seconds) == (10.0, 10.0)
    expected = [
        each.latency_ms
        for each in measured.rows
        if each.backend is CONTAINERS and each.slot in {5, 6}
    ]
    assert second.latencies[CONTAINERS] == expected


def test_the_requests_that_were_due_are_in_a_block_and_failures_are_the_slowest():
    [only] = divide(
        run(
            [
                warm_up_row(),
                row(1, latency_ms=20.0),
                failed(2),
                row(3, outcome=Outcome.THROTTLED, status=429),
                failed(4, outcome=Outcome.SKIPPED),
                failed(5, outcome=Outcome.STOPPED),
            ],
            planned=settings(duration_s=10.0),
        )
    )

    assert only.latencies == {FUNCTIONS: [pytest.approx(20.0), math.inf, math.inf], CONTAINERS: []}


def test_a_block_whose_median_failed_has_no_difference():
    given = {FUNCTIONS: [1.0, math.inf, math.inf], CONTAINERS: [1.0]}

    assert Block(seconds=10.0, latencies=given).difference is None


@pytest.mark.parametrize(
    ("lengths", "count"), [([10] * 6, 6), ([20] * 5 + [10], 5), ([10, 20] * 30, 54), ([], 0)]
)
def test_blocks_of_unequal_length_are_worth_fewer_equal_ones(lengths, count):
    assert equal_count([block(0.0, seconds) for seconds in lengths]) == count


@pytest.mark.parametrize("end_s", [21.0, 25.0, 29.0])
def test_a_cycle_that_was_stopped_is_no_block(end_s):
    stopped = drawn_run(planned=settings(duration_s=30.0), generator=generator(stopped=True))
    kept = tuple(each for each in stopped.rows if each.planned_s < end_s)

    blocks = divide(run(kept, planned=stopped.settings, generator=stopped.generator))

    assert [each.seconds for each in blocks] == [10.0, 10.0]


def test_parallel_runs_have_blocks_of_equal_time():
    blocks = divide(drawn_run(planned=settings(duration_s=65.0, order=Order.PARALLEL)))

    assert [each.seconds for each in blocks] == pytest.approx([65 / 6] * 6)
    assert all(len(side) > 300 for each in blocks for side in each.latencies.values())


def test_a_run_without_slots_has_no_blocks():
    planned = settings(order=Order.PARALLEL)

    assert divide(run(planned=planned, slots=())) == []


def test_independent_blocks_stay_apart():
    blocks = [block(-1.0 if number % 2 else 1.0) for number in range(30)]

    merged, left = merge(blocks)

    assert len(merged) == 30
    assert left < 0


def test_correlated_neighbors_are_merged_and_nothing_is_lost():
    blocks = [block(number // 15) for number in range(30)]

    merged, left = merge(blocks)

    assert len(merged) == 7
    assert left > 0.2
    assert sum(each.seconds for each in merged) == 300.0
    values = [value for each in merged for value in each.latencies[FUNCTIONS]]
    assert values == [100.0] * 15 + [101.0] * 15


@pytest.mark.parametrize(
    ("before", "after"), [(1, 1), (5, 5), (6, 6), (10, 10), (11, 6), (20, 10), (500, 7)]
)
def test_merging_leaves_at_least_six_blocks(before, after):
    merged, _ = merge([block(float(number)) for number in range(before)])

    assert len(merged) == after


def test_at_most_sixty_blocks_are_resampled():
    chance = random.Random(1)  # noqa: S311
    merged, left = merge([block(chance.gauss(0, 1)) for _ in range(900)])

    assert len(merged) == 60
    assert left < 0.1


def test_the_correlation_of_equal_differences_is_none_at_all():
    assert lag1([block(3.0)] * 8) == 0.0


def test_the_correlation_of_a_few_blocks_is_not_known():
    empty = Block(seconds=10.0, latencies={FUNCTIONS: [1.0], CONTAINERS: []})

    assert lag1([block(1.0), empty, block(2.0), empty]) is None
