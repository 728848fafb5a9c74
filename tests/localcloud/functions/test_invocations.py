"""What a function receives and returns."""

import asyncio
import json
import re

import pytest

from localcloud.contracts import FunctionError, RequestTooLarge
from localcloud.runtimes.functions.invocation import EVENT_LIMIT, RESPONSE_LIMIT
from tests.localcloud.functions.conftest import call, until


async def ask(function, do, **more):
    return json.loads(await function.invoke(call(do, **more)))


async def test_the_response_is_what_the_handler_returns(bench):
    function = bench.function()

    answer = await ask(function, "echo", text="é 🎉 \u0000")

    assert answer == {"do": "echo", "text": "é 🎉 \u0000"}


async def test_the_context_describes_the_function(bench):
    function = bench.function(memory_mb=512)

    first = await ask(function, "context")
    second = await ask(function, "context")

    assert first["arn"].endswith(":function:demo-GetBlogs")
    assert (first["name"], first["memory"]) == ("demo-GetBlogs", "512")
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", first["stream"])
    assert first["stream"] == second["stream"]
    assert first["request"] != second["request"]


async def test_declared_variables_are_set_and_reserved_ones_win(bench, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "private")
    declared = {"TABLE_NAME": "blogs", "AWS_LAMBDA_FUNCTION_NAME": "x", "AWS_REGION": "us-east-1"}
    function = bench.function(environment=declared)

    seen = await ask(function, "variables")

    assert seen["TABLE_NAME"] == "blogs"
    assert seen["AWS_LAMBDA_FUNCTION_NAME"] == "demo-GetBlogs"
    assert seen["AWS_REGION"] == "eu-west-1"
    assert seen["AWS_ENDPOINT_URL_DYNAMODB"] == "http://127.0.0.1:9"
    assert seen["_HANDLER"] == "handlers.handle"
    assert seen["LAMBDA_TASK_ROOT"] == str(bench.folder / "package")
    assert seen["AWS_LAMBDA_INITIALIZATION_TYPE"] == "on-demand"
    assert seen["AWS_LAMBDA_LOG_GROUP_NAME"] == "/aws/lambda/demo-GetBlogs"
    assert "AWS_PROFILE" not in seen


async def test_a_function_with_tracing_finds_the_daemon_and_the_decision(bench):
    traced = await ask(bench.function(xray_daemon="127.0.0.1:9"), "variables")
    other = await ask(bench.function(), "variables")

    assert traced["AWS_XRAY_DAEMON_ADDRESS"] == "127.0.0.1:9"
    assert traced["_X_AMZN_TRACE_ID"].endswith(";Sampled=1")
    assert "AWS_XRAY_DAEMON_ADDRESS" not in other
    assert other["_X_AMZN_TRACE_ID"].endswith(";Sampled=0")


@pytest.mark.parametrize("timeout_s", [3, 25])
async def test_the_remaining_time_starts_at_the_timeout_and_falls(bench, timeout_s):
    function = bench.function(timeout_s=timeout_s)

    for _ in range(2):
        first, later = await ask(function, "remaining")

        assert timeout_s * 1000 / 2 < first <= timeout_s * 1000
        assert 40 <= first - later < timeout_s * 1000


async def test_an_event_of_almost_six_megabytes_passes_both_ways(bench):
    function = bench.function()
    text = "x" * 5_900_000

    answer = await ask(function, "echo", text=text)

    assert answer["text"] == text


async def test_an_event_over_the_limit_never_reaches_the_function(bench):
    function = bench.function()

    with pytest.raises(RequestTooLarge):
        await function.invoke(b'"' + b"x" * EVENT_LIMIT + b'"')

    assert not bench.log.exists()


async def test_a_response_over_the_limit_is_an_error(bench):
    function = bench.function()

    with pytest.raises(FunctionError) as caught:
        await ask(function, "big", size=RESPONSE_LIMIT)

    assert caught.value.error_type == "Function.ResponseSizeTooLarge"
    assert b"6291556" in caught.value.payload
    assert await ask(function, "big", size=3) == "xxx"


async def test_an_invocation_continues_when_the_caller_disconnects(bench):
    function = bench.function(concurrency=1)
    before = await ask(function, "pid")
    started, gate = bench.folder / "started", bench.folder / "gate"
    caller = asyncio.create_task(ask(function, "wait", started=str(started), until=str(gate)))
    await until(started.exists)

    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)
    gate.touch()
    await until(lambda: len(bench.lines("END")) == 2)

    assert caller.cancelled()
    assert await ask(function, "pid") == before


async def test_a_caller_that_disconnects_at_the_start_leaks_nothing(bench):
    function = bench.function(concurrency=1)
    caller = asyncio.create_task(ask(function, "pid"))
    await until(bench.log.exists)

    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)
    await until(lambda: bench.lines("END"))

    await ask(function, "pid")
    assert len(bench.lines("INIT_START")) == 1
