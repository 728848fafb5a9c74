import math

import numpy as np
import pytest

from lab.statistics.intervals import widening
from lab.statistics.student import normal, t

NODES, WEIGHTS = np.polynomial.legendre.leggauss(100)


def held(limit, degrees):
    """Return the share of the t distribution between -limit and limit, by integration."""
    end = math.atan(limit / math.sqrt(degrees))
    scale = math.exp(math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2))
    density = np.cos((NODES + 1) / 2 * end) ** (degrees - 1)
    return scale / math.sqrt(math.pi) * float(WEIGHTS @ density) * end


@pytest.mark.parametrize("confidence", [0.95, 0.99])
def test_the_table_holds_the_confidence_for_all_degrees(confidence):
    for degrees in range(1, 60):
        assert held(t(confidence, degrees), degrees) == pytest.approx(confidence, abs=2e-5)


@pytest.mark.parametrize(
    ("confidence", "degrees", "value"),
    [(0.95, 1, 12.706), (0.95, 9, 2.262), (0.95, 30, 2.042), (0.99, 5, 4.032)],
)
def test_the_table_has_the_published_values(confidence, degrees, value):
    assert t(confidence, degrees) == pytest.approx(value, abs=5e-4)


def test_beyond_the_table_the_limit_is_a_little_wide():
    assert t(0.95, 1000) == t(0.95, 59) > normal(0.95)


@pytest.mark.parametrize(("blocks", "factor"), [(6, 1.437), (10, 1.217), (15, 1.133)])
def test_few_blocks_widen_the_interval(blocks, factor):
    assert widening(blocks, 0.95) == pytest.approx(factor, abs=5e-4)
