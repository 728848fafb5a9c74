"""How a function fails, and that a failure does not affect the next call."""

import json
import re

import pytest

from localcloud.contracts import FunctionError
from localcloud.runtimes.functions import environment
from tests.localcloud.functions.conftest import alive, call, kill_unseen
from tests.localcloud.functions.test_invocations import ask


async def failure(function, do="echo", **more):
    with pytest.raises(FunctionError) as caught:
        await function.invoke(call(do, **more))
    return caught.value.error_type, json.loads(caught.value.payload)["errorMessage"]


async def test_an_exception_is_reported_and_the_environment_stays(bench):
    function = bench.function()
    before = await ask(function, "pid")

    error_type, message = await failure(function, "fail")

    assert (error_type, message) == ("ValueError", "not today")
    assert await ask(function, "pid") == before


async def test_after_a_timeout_the_next_call_gets_a_new_environment(bench):
    function = bench.function(timeout_s=0.3, concurrency=1)
    before = await ask(function, "pid")

    error_type, message = await failure(function, "sleep", s=30)

    assert error_type == "Sandbox.Timedout"
    assert re.fullmatch(r"\S+Z [0-9a-f-]{36} Task timed out after 0\.30 seconds", message)
    after = await ask(function, "pid")
    assert after != before
    assert not alive(before)


async def test_a_timeout_never_affects_a_later_call(bench):
    function = bench.function(timeout_s=0.8, concurrency=1)

    pids = {await ask(function, "sleep", s=0.5) for _ in range(3)}

    assert len(pids) == 1


@pytest.mark.parametrize(
    ("do", "reason"),
    [
        ({"do": "leave", "status": 3}, "Runtime exited with error: exit status 3"),
        ({"do": "leave", "status": 0}, "Runtime exited without providing a reason"),
        ({"do": "die"}, "Runtime exited with error: signal: killed"),
    ],
)
async def test_a_process_that_ends_during_a_call_is_an_exit_error(bench, do, reason):
    function = bench.function(concurrency=1)

    error_type, message = await failure(function, **do)

    assert error_type == "Runtime.ExitError"
    assert re.fullmatch(rf"RequestId: [0-9a-f-]{{36}} Error: {reason}", message)
    assert await ask(function, "echo") == {"do": "echo"}


BROKEN = {
    "an import that fails": ("import nothing_of_that_name", "Runtime.ImportModuleError"),
    "a syntax error": ("def handle(:", "Runtime.UserCodeSyntaxError"),
    "no such handler": ("other = 1", "Runtime.HandlerNotFound"),
    "an exception at import": ("1 / 0", "ZeroDivisionError"),
    "an exit at import": ("import sys; sys.exit(4)", "Runtime.ExitError"),
}


@pytest.mark.parametrize(("code", "error_type"), BROKEN.values(), ids=BROKEN.keys())
async def test_a_failed_start_is_one_error_per_call(bench, code, error_type):
    bench.write("broken.py", code)
    function = bench.function(handler="broken.handle", concurrency=1)

    for _ in range(2):
        assert (await failure(function))[0] == error_type

    assert len(bench.lines("INIT_START")) == 2
    assert len(bench.lines("INIT_REPORT")) == 2
    assert error_type in bench.log.read_text()


async def test_modules_missing_from_the_package_are_not_found_elsewhere(bench):
    bench.write("broken.py", "import localcloud")
    function = bench.function(handler="broken.handle")

    assert (await failure(function))[0] == "Runtime.ImportModuleError"


async def test_a_missing_package_is_an_error_of_the_call(bench):
    function = bench.function(package=bench.folder / "nowhere", concurrency=1)

    for _ in range(2):
        assert (await failure(function))[0] == "Sandbox.Failure"


async def test_a_start_that_takes_too_long_is_killed(bench, monkeypatch):
    monkeypatch.setattr(environment, "INIT_LIMIT_S", 0.2)
    started = []
    spawn = bench.processes.spawn

    async def recorded_spawn(*words, **options):
        started.append(await spawn(*words, **options))
        return started[-1]

    monkeypatch.setattr(bench.processes, "spawn", recorded_spawn)
    bench.write("slow.py", "import time; time.sleep(600)")
    function = bench.function(handler="slow.handle", concurrency=1)

    error_type, message = await failure(function)

    assert error_type == "Sandbox.Timedout"
    assert message.endswith("Task timed out after 0.20 seconds")
    await function.close()
    assert [alive(process.pid) for process in started] == [False]


async def test_a_killed_idle_environment_is_replaced_without_an_error(bench):
    function = bench.function(concurrency=1)
    pids = [await ask(function, "pid")]

    for _ in range(5):
        kill_unseen(pids[-1])
        pids.append(await ask(function, "pid"))

    assert len(set(pids)) == 6
