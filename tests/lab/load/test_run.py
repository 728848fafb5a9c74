"""Runs with load processes."""

import asyncio
import os
import signal
import sys
from collections import Counter
from pathlib import Path
from textwrap import dedent

import psutil
import pytest

from lab.backends import Backend
from lab.load.run import LoadOptions, number_of_processes, peak_rate, run
from lab.load.verdict import reasons
from lab.load.worker_process import COMMAND, LoadProcessError
from lab.plan import Operation, Order
from lab.rows import ErrorClass, Outcome
from tests.lab.known_server import created_ids, serving
from tests.lab.load.loads import ALL, TOKEN, planned, targets, until

ROOT = Path(__file__).resolve().parents[3]
LONG = planned(rate=30, duration_s=120, slot_s=30)


def load_processes(pid=None):
    """Return the load processes that *pid* started."""
    children = psutil.Process(pid).children(recursive=True)
    return [each for each in children if "lab.load.worker" in each.cmdline()]


async def send(plan, server, *, on_progress=lambda _: None, stop=None, **options):
    return await run(
        plan, targets(server.url), LoadOptions(**options), on_progress, stop or asyncio.Event()
    )


async def test_two_processes_send_every_request_once():
    plan = planned(mix=ALL, rate=100)
    seen = []
    async with serving() as server:
        log = await send(plan, server, on_progress=seen.append, processes=2)

    assert [row.number for row in log.rows] == [each.number for each in plan.requests]
    assert {row.outcome for row in log.rows} == {Outcome.OK}
    posts = [each.id for each in plan.requests if each.operation is Operation.POST]
    assert sorted(created_ids(server)) == sorted(posts)
    assert len(server.requests) == len(plan.requests)
    assert sorted(row.number for each in seen for row in each.rows) == list(range(len(log.rows)))
    assert {each.duration_s for each in seen} == {plan.end_s}
    assert log.generator.processes == 2
    assert log.generator.cpu_share > 0
    assert min(log.generator.peak_in_flight.values()) >= 1
    assert (log.generator.stopped, log.generator.failures) == (False, ())


async def test_the_limit_of_a_target_holds_for_all_processes_together():
    plan = planned(order=Order.BURST, burst=30)
    options = LoadOptions(processes=2, max_in_flight=5)
    async with serving(latency_s=0.05) as one, serving(latency_s=0.05) as other:
        where = targets(one.url, other.url)
        log = await run(plan, where, options, lambda _: None, asyncio.Event())

    assert 0 < one.peak <= 5
    assert 0 < other.peak <= 5
    assert Counter(row.outcome for row in log.rows)[Outcome.DROPPED] > 0
    assert log.generator.peak_in_flight == dict.fromkeys(Backend, 5)
    assert log.generator.max_in_flight == 5


async def test_a_stop_keeps_the_rows():
    stop = asyncio.Event()
    seen = []

    def stop_after_rows(progress):
        seen.extend(progress.rows)
        if len(seen) > 5:
            stop.set()

    async with serving() as server:
        log = await send(LONG, server, on_progress=stop_after_rows, stop=stop)

    outcomes = Counter(row.outcome for row in log.rows)
    assert outcomes[Outcome.OK] >= 5
    assert outcomes.total() == len(LONG.requests)
    assert set(outcomes) == {Outcome.OK, Outcome.STOPPED}
    assert (log.generator.stopped, log.generator.failures) == (True, ())
    assert not load_processes()


async def test_a_killed_process_stops_the_run_and_marks_it():
    async with serving() as server:
        sending = asyncio.ensure_future(send(LONG, server, processes=2))
        await until(lambda: len(server.requests) > 20)
        first, _ = load_processes()
        # Anyone can read the arguments and, of an own process, the environment.
        assert TOKEN not in f"{first.cmdline()} {first.environ()}"
        assert os.getpgid(first.pid) != os.getpgid(0), "Ctrl-C is for the parent"
        first.kill()
        log = await sending

    outcomes = Counter(row.outcome for row in log.rows)
    assert outcomes[Outcome.OK] >= 5, "rows of the other process"
    assert outcomes.total() == len(LONG.requests)
    assert log.generator.failures == ("Load process 1 of 2 was ended by SIGKILL.",)
    assert not log.generator.stopped
    assert log.generator.failures[0] in reasons(log.rows, log.generator)
    assert not load_processes()


async def test_load_processes_end_with_a_killed_parent(tmp_path):
    program = tmp_path / "parent.py"
    program.write_text(
        dedent("""
        import asyncio, sys
        from lab.load.run import LoadOptions, run
        from tests.lab.load.loads import targets
        from tests.lab.load.test_run import LONG

        where = targets(sys.argv[1])
        asyncio.run(run(LONG, where, LoadOptions(), lambda _: None, asyncio.Event()))
        """)
    )
    async with serving() as server:
        parent = await asyncio.create_subprocess_exec(
            *(sys.executable, str(program), server.url),
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        await until(lambda: len(server.requests) > 2)
        (load,) = load_processes(parent.pid)
        parent.send_signal(signal.SIGKILL)
        await parent.wait()
        await until(lambda: not load.is_running() or load.status() == psutil.STATUS_ZOMBIE)


async def test_exhausted_descriptors_are_the_limit_of_the_generator():
    plan = planned(order=Order.BURST, burst=60)
    command = ("sh", "-c", 'ulimit -n 32; exec "$@"', "sh", *COMMAND)
    async with serving(latency_s=0.2) as server:
        log = await send(plan, server, command=command)

    errors = Counter(row.error for row in log.rows)
    assert errors[ErrorClass.DESCRIPTORS] > 0
    assert set(errors) == {None, ErrorClass.DESCRIPTORS}
    assert any("ran out of file descriptors" in each for each in reasons(log.rows, log.generator))


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo no module aiohttp >&2; exit 3", "Load process 1 of 1 ended with status 3: no mod"),
        ("kill -9 $$", "Load process 1 of 1 was ended by SIGKILL"),
        ("echo hello; cat >/dev/null", "Load process 1 of 1"),
    ],
)
async def test_a_process_that_does_not_start_is_an_error(script, message):
    async with serving() as server:
        with pytest.raises(LoadProcessError, match=message):
            await send(LONG, server, command=("sh", "-c", script))

    assert not server.requests


async def test_a_process_that_ignores_the_stop_is_killed(monkeypatch):
    monkeypatch.setattr("lab.load.run._GRACE_S", 0.1)
    stop = asyncio.Event()
    command = ("sh", "-c", """echo '"ready"'; exec sleep 60""")
    async with serving() as server:
        log = await send(
            planned(), server, on_progress=lambda _: stop.set(), command=command, stop=stop
        )

    assert {row.outcome for row in log.rows} == {Outcome.STOPPED}
    assert log.generator.failures == ("Load process 1 of 1 did not end in time.",)


async def test_a_process_that_never_gets_ready_is_an_error(monkeypatch):
    monkeypatch.setattr("lab.load.worker_process.READY_S", 0.1)
    command = ("sleep", "60")
    async with serving() as server:
        with pytest.raises(LoadProcessError, match=r"Load process . of 2 was not ready after 0.1"):
            await send(LONG, server, processes=2, command=command)

    assert not [each for each in psutil.Process().children() if each.cmdline() == list(command)]
    assert not server.requests


async def test_a_stop_ends_a_process_that_is_not_ready():
    stop = asyncio.Event()
    asyncio.get_running_loop().call_soon(stop.set)
    async with serving() as server, asyncio.timeout(20):
        log = await send(LONG, server, command=("sleep", "60"), stop=stop)

    assert {row.outcome for row in log.rows} == {Outcome.STOPPED}
    assert (log.generator.stopped, log.generator.failures) == (True, ())


async def test_an_error_of_the_caller_ends_the_processes():
    def fail(_):
        raise ZeroDivisionError

    async with serving() as server:
        with pytest.raises(ZeroDivisionError):
            await send(LONG, server, on_progress=fail)

    assert not load_processes()


async def test_a_plan_needs_a_target_for_each_backend():
    where = targets("http://x")
    del where[Backend.CONTAINERS]
    with pytest.raises(ValueError, match="containers, which has no target"):
        await run(LONG, where, LoadOptions(), lambda _: None, asyncio.Event())


def test_one_process_sends_1500_requests_per_second():
    assert peak_rate(planned(rate=1500)) == 1500
    assert peak_rate(planned(rate=1500, order=Order.PARALLEL)) == 3000
    assert peak_rate(planned(order=Order.RAMP, ramp=(10, 1600))) == 1600
    assert peak_rate(planned(order=Order.BURST, burst=40)) == 40
    for rate, expected in ((10, 1), (1500, 1), (1501, 2), (4000, 3)):
        assert number_of_processes(planned(rate=rate), LoadOptions()) == expected
    assert number_of_processes(planned(), LoadOptions(processes=4)) == 4
    assert number_of_processes(planned(), LoadOptions(processes=4, max_in_flight=3)) == 3
