"""How often the interval holds the true difference, in simulated runs.

The noise of a real machine lasts for seconds: both backends share some, and each has some of its
own. Every request's logarithm is normal, so the true quantiles are known exactly.
"""

from statistics import NormalDist

import numpy as np
import pytest

from lab.backends import Backend
from lab.statistics.blocks import Block, merge
from lab.statistics.bootstrap import Bootstrap
from tests.lab.statistics.plain_bootstrap import of_single_requests

CYCLE_S = 10
NOISE_STEP_S = 0.5
OWN_SPREAD = 0.25
MEDIANS = {Backend.FUNCTIONS: 20.0, Backend.CONTAINERS: 16.0}
SHARES = (0.5, 0.95)

INDEPENDENT = (0.0, 0.0)
CORRELATED = (0.3, 0.2)


def noise(rng, seconds, spread, lasting_s):
    """Return noise that forgets itself over *lasting_s*, one value for each step."""
    kept = np.exp(-NOISE_STEP_S / lasting_s)
    values = rng.normal(0, spread, int(seconds / NOISE_STEP_S) + 1)
    values[1:] *= np.sqrt(1 - kept * kept)
    for step in range(1, len(values)):
        values[step] += kept * values[step - 1]
    return values


def cycles(rng, seconds, rate, spreads):
    """Return the blocks of a simulated ABBA run."""
    shared = noise(rng, seconds, spreads[0], 10)
    sides = {}
    for backend, median in MEDIANS.items():
        own = noise(rng, seconds, spreads[1], 5)
        at = rng.uniform(0, seconds, rng.poisson(rate * seconds))
        slot = (at // (CYCLE_S / 4)).astype(int) % 4
        at = at[np.isin(slot, (0, 3) if backend is Backend.FUNCTIONS else (1, 2))]
        step = (at / NOISE_STEP_S).astype(int)
        spread = rng.normal(0, OWN_SPREAD, len(at))
        values = median * np.exp(shared[step] + own[step] + spread)
        cycle = (at // CYCLE_S).astype(int)
        sides[backend] = [values[cycle == each].tolist() for each in range(seconds // CYCLE_S)]
    return [
        Block(
            seconds=CYCLE_S,
            latencies={backend: side[each] for backend, side in sides.items()},
        )
        for each in range(seconds // CYCLE_S)
    ]


def truth(p, spreads):
    spread = np.sqrt(OWN_SPREAD**2 + spreads[0] ** 2 + spreads[1] ** 2)
    functions, containers = MEDIANS.values()
    return (functions - containers) * np.exp(NormalDist().inv_cdf(p) * spread)


def coverage(spreads, *, runs, seconds, rate, interval):
    """Return the share of runs whose interval holds the truth, for each of `SHARES`."""
    rng = np.random.default_rng(20261129)
    held = np.zeros(len(SHARES))
    for run in range(runs):
        blocks = cycles(rng, seconds, rate, spreads)
        for index, (low, high) in enumerate(interval(blocks, run)):
            held[index] += low <= truth(SHARES[index], spreads) <= high
    return held / runs


def of_blocks(blocks, seed):
    bootstrap = Bootstrap(merge(blocks)[0], seed)
    found = [bootstrap.difference(p, 0.95) for p in SHARES]
    return [(each.low, each.high) for each in found]


def of_single(blocks, seed):
    return of_single_requests(blocks, seed, SHARES)


SIZES = [
    pytest.param({"runs": 200, "seconds": 300, "rate": 8}, id="sample"),
    pytest.param({"runs": 1000, "seconds": 300, "rate": 50}, id="whole", marks=pytest.mark.sweep),
]


@pytest.mark.parametrize("size", SIZES)
def test_the_interval_holds_the_truth_of_independent_requests(size):
    held = coverage(INDEPENDENT, interval=of_blocks, **size)

    assert all(held >= 0.90), held
    assert all(held <= 0.98), held


@pytest.mark.parametrize("size", SIZES)
def test_the_interval_holds_the_truth_of_correlated_requests(size):
    held = coverage(CORRELATED, interval=of_blocks, **size)

    assert all(held >= 0.86), held


@pytest.mark.parametrize("size", SIZES)
def test_a_bootstrap_of_single_requests_would_not(size):
    held = coverage(CORRELATED, interval=of_single, **size)

    assert all(held < 0.6), held
