"""The startup benchmark: it repeats on a busy machine, and reports what is over the limit."""

import importlib.util
import sys
from itertools import count

import pytest

from tests.running import ROOT


@pytest.fixture(scope="module")
def startup():
    """Return the script as a module."""
    spec = importlib.util.spec_from_file_location("startup", ROOT / "scripts" / "startup.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def benchmark(startup, client_times):
    """Return a benchmark whose baseline takes 100 ms, and the number of client starts so far."""
    started = count()
    times = iter(client_times)

    def client():
        next(started)
        return next(times)

    built = startup.Benchmark(
        client=client, baseline=lambda: 100.0, baseline_name="nothing", limit=1.5
    )
    return built, lambda: next(started)


def test_fastest_start_counts_and_the_first_start_does_not(startup):
    built, _ = benchmark(startup, [1.0, 140.0, 120.0])

    result = built.run(times=2)

    assert (result.client_ms, result.baseline_ms, result.ratio) == (120.0, 100.0, 1.2)
    assert startup.over_limit({"first frame": result}) == []


def test_rounds_stop_at_the_first_good_one(startup):
    built, starts = benchmark(startup, [1.0, 300.0, 1.0, 130.0])

    assert built.run(times=1).ratio == 1.3
    assert starts() == 4


def test_slow_client_is_over_the_limit_after_eight_rounds(startup):
    built, starts = benchmark(startup, [200.0 + number for number in range(100)])

    result = built.run(times=1)

    assert starts() == 2 * 8
    assert result.ratio == 2.01, "the best of all rounds"
    assert startup.over_limit({"first frame": result}) == [
        "first frame: 2.01 times the time of nothing (limit 1.50)"
    ]
