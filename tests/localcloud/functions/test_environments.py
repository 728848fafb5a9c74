"""How many environments there are, which one is used, and when they end."""

import asyncio
import json

import pytest

from localcloud.contracts import FunctionError, Throttled
from tests.localcloud.functions.conftest import alive, call, until
from tests.localcloud.functions.test_invocations import ask


class Gate:
    """Holds calls in the handler until it is opened."""

    def __init__(self, bench, function):
        self._bench = bench
        self._function = function
        self._until = bench.folder / f"until-{id(self)}"

    async def enter(self, name):
        """Start a call; gives its task once the handler runs."""
        started = self._bench.folder / f"started-{id(self)}-{name}"
        event = call("wait", started=str(started), until=str(self._until))
        task = asyncio.create_task(self._function.invoke(event))
        await until(started.exists)
        return task

    def open(self):
        self._until.touch()


async def test_concurrent_calls_use_one_environment_each_up_to_the_limit(bench):
    function = bench.function(concurrency=3)
    gate = Gate(bench, function)
    held = [await gate.enter(number) for number in range(3)]

    with pytest.raises(Throttled):
        await function.invoke(call("pid"))

    gate.open()
    pids = {json.loads(answer) for answer in await asyncio.gather(*held)}
    assert len(pids) == 3
    assert await ask(function, "pid") in pids


async def test_a_burst_never_exceeds_the_limit(bench):
    function = bench.function(concurrency=2)

    outcomes = await asyncio.gather(
        *(ask(function, "pid") for _ in range(10)), return_exceptions=True
    )

    throttled = [outcome for outcome in outcomes if isinstance(outcome, Throttled)]
    assert len(throttled) == 8
    assert len(bench.lines("INIT_START")) == 2


async def test_calls_one_after_the_other_share_one_environment(bench):
    function = bench.function(concurrency=3)

    assert len({await ask(function, "pid") for _ in range(20)}) == 1


async def test_the_most_recently_used_environment_is_reused_first(bench):
    function = bench.function(concurrency=2)
    gates = [Gate(bench, function), Gate(bench, function)]
    first, second = await gates[0].enter("a"), await gates[1].enter("b")

    gates[0].open()
    await first
    gates[1].open()
    last_used = json.loads(await second)

    assert {await ask(function, "pid") for _ in range(3)} == {last_used}


async def test_an_environment_ends_after_its_idle_time(bench):
    function = bench.function(idle_s=0.2)
    before = await ask(function, "pid")
    assert await ask(function, "pid") == before

    await until(lambda: not alive(before))

    assert await ask(function, "pid") != before


async def test_a_busy_environment_does_not_end(bench):
    function = bench.function(idle_s=0.1)
    before = await ask(function, "pid")

    assert await ask(function, "sleep", s=0.4) == before


async def test_running_calls_finish_on_the_previous_code(bench):
    function = bench.function(concurrency=1)
    gate = Gate(bench, function)
    held = await gate.enter("a")
    newer = bench.write("handlers.py", "def handle(event, context): return 'new'", "newer")

    await function.replace(bench.spec(package=newer, concurrency=1))

    assert await ask(function, "pid") == "new"
    gate.open()
    former = json.loads(await held)
    await until(lambda: not alive(former))


async def test_a_replacement_ends_idle_environments(bench):
    function = bench.function()
    before = await ask(function, "pid")

    await function.replace(bench.spec())

    assert not alive(before)
    assert await ask(function, "pid") != before


async def test_a_replacement_under_load_loses_no_call(bench):
    function = bench.function(concurrency=4)
    stop = asyncio.Event()
    answered = []

    async def load():
        while not stop.is_set():
            answered.append(await ask(function, "pid"))

    callers = [asyncio.create_task(load()) for _ in range(3)]
    for _ in range(4):
        goal = len(answered) + 10
        await function.replace(bench.spec(concurrency=4))
        await until(lambda goal=goal: len(answered) >= goal)
    stop.set()
    await asyncio.gather(*callers)

    assert len(set(answered)) >= 5


async def test_closing_ends_all_environments_and_their_calls(bench):
    function = bench.function(concurrency=2)
    gate = Gate(bench, function)
    held = [await gate.enter("a"), await gate.enter("b")]

    await function.close()

    outcomes = await asyncio.gather(*held, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [FunctionError, FunctionError]
    assert not bench.processes._running  # noqa: SLF001 - there is no public way to see it
    with pytest.raises(FunctionError, match="ResourceNotFoundException"):
        await function.invoke(call("pid"))


async def test_closing_during_a_start_leaves_no_process(bench):
    function = bench.function()
    starting = asyncio.create_task(function.invoke(call("pid")))
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    await function.close()

    assert isinstance((await asyncio.gather(starting, return_exceptions=True))[0], FunctionError)
    assert not bench.processes._running  # noqa: SLF001 - there is no public way to see it
