"""The test of the generator before a run."""

import pytest

from lab.backends import Backend
from lab.load.run import RunLog
from lab.load.self_test import GeneratorTooSlow, capacity, check, held_rate
from lab.load.worker_process import LoadProcessError
from lab.plan import Operation
from lab.results import GeneratorLog
from lab.rows import Outcome, Row


def log(*, ok, dropped=0, cpu_share=0.1, processes=1):
    rows = [
        Row(
            number=number,
            backend=Backend.FUNCTIONS,
            operation=Operation.LIST,
            slot=0,
            planned_s=1.0,
            sent_s=1.0 if number < ok else None,
            end_s=1.5 if number < ok else None,
            outcome=Outcome.OK if number < ok else Outcome.DROPPED,
        )
        for number in range(ok + dropped)
    ]
    generator = GeneratorLog(
        engine="aiohttp",
        processes=processes,
        cpu_share=cpu_share,
        max_in_flight=256,
        peak_in_flight={},
    )
    return RunLog(rows=rows, generator=generator)


def test_a_generator_that_kept_up_holds_what_a_whole_core_would_send():
    assert held_rate(log(ok=2000, cpu_share=0.4)) == pytest.approx(2500)


def test_a_process_never_holds_more_than_aiohttp_can():
    assert held_rate(log(ok=2000, cpu_share=0.01)) == 4000
    assert held_rate(log(ok=2000, cpu_share=0.01, processes=3)) == 12_000


def test_a_generator_that_fell_behind_holds_what_it_achieved():
    assert held_rate(log(ok=1000, dropped=1000, cpu_share=0.1)) == 500
    assert held_rate(log(ok=0, dropped=10)) == 0


def test_a_rate_above_70_percent_is_refused_with_both_figures():
    check(700, 1000.0)
    with pytest.raises(
        GeneratorTooSlow, match=r"about 1,000 requests.*70% of that: 700\. This"
    ) as e:
        check(701, 1000.0)

    assert (e.value.rate, e.value.held) == (701, 1000)


async def test_the_generator_tries_the_rate_with_a_server_of_its_own():
    assert await capacity(1) > 1


@pytest.mark.parametrize("command", [("true",), ("echo", "hello"), ("sleep", "60")])
async def test_a_server_that_does_not_start_is_an_error(monkeypatch, command):
    monkeypatch.setattr("lab.load.self_test._COMMAND", command)
    monkeypatch.setattr("lab.load.self_test.READY_S", 0.1)
    with pytest.raises(LoadProcessError, match="did not start"):
        await capacity(100)
