import dataclasses

import numpy as np
import pytest

from lab.backends import Backend
from lab.statistics.blocks import Block
from lab.statistics.bootstrap import Bootstrap
from lab.statistics.intervals import DRAWS, widening

SIDES = tuple(Backend)


def blocks(seed, count=6, sizes=(5, 12)):
    rng = np.random.default_rng(seed)
    return [
        Block(
            seconds=10.0,
            latencies={
                backend: rng.lognormal(3, 0.5, rng.integers(*sizes)).tolist() for backend in SIDES
            },
        )
        for _ in range(count)
    ]


def by_hand(given, seed, p, confidence):
    """Return the limits as the docs describe them, with every resample made."""
    rng = np.random.default_rng(seed)
    differences = []
    for drawn in rng.integers(0, len(given), (DRAWS, len(given))):
        sides = [[v for block in drawn for v in given[block].latencies[side]] for side in SIDES]
        one, other = (np.quantile(side, p, method="inverted_cdf") for side in sides)
        differences.append(one - other)
    whole = [[v for block in given for v in block.latencies[side]] for side in SIDES]
    one, other = (np.quantile(side, p, method="inverted_cdf") for side in whole)
    tail = (1 - confidence) / 2
    limits = np.quantile(differences, [tail, 1 - tail], method="inverted_cdf")
    factor = widening(len(given), confidence)
    return [one - other, *(one - other + (limit - (one - other)) * factor for limit in limits)]


@pytest.mark.parametrize(("p", "confidence"), [(0.5, 0.95), (0.9, 0.95), (0.5, 0.99)])
def test_the_limits_are_those_of_resampled_blocks(p, confidence):
    given = blocks(3)

    found = Bootstrap(given, 11).difference(p, confidence)

    assert [found.value, found.low, found.high] == pytest.approx(by_hand(given, 11, p, confidence))


def test_both_backends_get_the_same_blocks():
    given = [
        Block(seconds=10.0, latencies={side: [100.0 * number] * 4 for side in SIDES})
        for number in range(8)
    ]

    found = Bootstrap(given, 1).difference(0.5, 0.95)

    assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)


def test_blocks_of_unequal_length_widen_the_limits():
    given = blocks(3)
    unequal = [*given[:-1], dataclasses.replace(given[-1], seconds=40.0)]

    equal, wider = (Bootstrap(each, 1).difference(0.5, 0.95) for each in (given, unequal))

    # 50 s and 40 s: as much as 90 * 90 / (5 * 100 + 1600) = 3.9 equal blocks.
    ratio = widening(3, 0.95) / widening(6, 0.95)
    assert wider.high - wider.value == pytest.approx(ratio * (equal.high - equal.value))


def test_equal_seeds_give_equal_limits_and_others_do_not():
    given = blocks(5)

    first, again, other = (Bootstrap(given, seed).difference(0.5, 0.95) for seed in (1, 1, 2))

    assert first == again
    assert (first.low, first.high) != (other.low, other.high)


@pytest.mark.parametrize("p", [0.5, 0.95, 0.999])
def test_the_value_is_between_its_limits(p):
    for seed in range(20):
        found = Bootstrap(blocks(seed), seed).difference(p, 0.95)

        assert found.low <= found.value <= found.high


def test_blocks_without_a_response_give_no_interval_if_a_draw_can_be_empty():
    silent = Block(seconds=10.0, latencies={SIDES[0]: [1.0], SIDES[1]: []})

    assert Bootstrap([silent] * 5 + blocks(1, count=1), 1).difference(0.5, 0.95) is None
