"""The whole way from the plan to the sentence, with servers of known difference."""

import asyncio

import pytest

from lab.analysis import analyse
from lab.backends import Backend, Target
from lab.load.run import LoadOptions, run
from lab.plan_maker import make_plan
from tests.lab import build
from tests.lab.known_server import serving

pytestmark = pytest.mark.sweep  # test_differences.py has the same with drawn latencies


async def compared(functions, containers, seed):
    """Return the differences of a run against these servers, by quantile."""
    settings = build.settings(seed=seed, rate=100.0, duration_s=8.0, slot_s=0.25, warm_up_s=0.5)
    plan = make_plan(settings)
    urls = {Backend.FUNCTIONS: functions.url, Backend.CONTAINERS: containers.url}
    targets = {backend: Target(backend=backend, url=url) for backend, url in urls.items()}
    log = await run(plan, targets, LoadOptions(), lambda _: None, asyncio.Event())
    measured = build.run(log.rows, planned=settings, slots=plan.slots, generator=log.generator)
    return {one.quantile: one for one in analyse(build.results(measured)).differences}


async def test_one_server_under_both_names_rarely_shows_a_difference():
    """Each interval is wrong in 1 of 20 runs: more than 4 wrong ones have a chance of 1 in 400."""
    async with serving(latency_s=0.01) as server:
        found = [await compared(server, server, seed) for seed in range(20)]

    for quantile in ("p50", "p95"):
        assert sum(each[quantile].faster is None for each in found) >= 16, [
            each[quantile].sentence for each in found
        ]


async def test_a_server_that_is_20_ms_slower_is_found():
    async with serving(latency_s=0.03) as slow, serving(latency_s=0.01) as fast:
        found = await compared(slow, fast, 1)

    assert found["p50"].sentence.startswith("containers faster at p50 by ")
