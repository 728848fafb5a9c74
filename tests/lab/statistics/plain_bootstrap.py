"""The bootstrap of single requests, which the lab must not use: intervals are far too narrow."""

import numpy as np

from lab.backends import Backend


def of_single_requests(blocks, seed, shares):
    """Return the limits of the difference at each share: it takes requests for independent."""
    rng = np.random.default_rng(seed)
    sides = [
        np.array([value for block in blocks for value in block.latencies[backend]])
        for backend in Backend
    ]
    drawn = [
        np.quantile(rng.choice(side, (100, len(side))), shares, axis=1, method="inverted_cdf")
        for side in sides
    ]
    return np.quantile(drawn[0] - drawn[1], [0.025, 0.975], axis=1).T
