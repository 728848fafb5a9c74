"""The log of a function."""

import asyncio
import re

import pytest

from localcloud.contracts import FunctionError
from localcloud.runtimes.functions.log import Report, readable
from tests.localcloud.functions.conftest import call, until
from tests.localcloud.functions.test_invocations import ask

REPORT = re.compile(
    r"REPORT RequestId: (?P<id>[0-9a-f-]{36})\tDuration: (?P<duration>\d+\.\d\d) ms\t"
    r"Billed Duration: (?P<billed>\d+) ms\tMemory Size: 256 MB\t"
    r"(Max Memory Used: (?P<used>\d+) MB\t)?"
    r"(Init Duration: (?P<init>\d+\.\d\d) ms\t)?(Status: (?P<status>[^\t]+)\t)?"
)


def reports(bench):
    return [REPORT.match(line) for line in bench.lines("REPORT")]


async def test_every_call_has_its_start_end_and_report(bench):
    function = bench.function()

    ids = [(await ask(function, "context"))["request"] for _ in range(3)]

    assert bench.lines("START") == [f"START RequestId: {id_} Version: $LATEST" for id_ in ids]
    assert bench.lines("END") == [f"END RequestId: {id_}" for id_ in ids]
    assert [report["id"] for report in reports(bench)] == ids


async def test_initialization_is_billed_to_the_first_call_only(bench):
    function = bench.function()

    await ask(function, "pid")
    await ask(function, "pid")

    cold, warm = reports(bench)
    assert float(cold["init"]) > 1
    assert int(cold["billed"]) >= float(cold["init"])
    assert warm["init"] is None
    assert int(warm["billed"]) == pytest.approx(float(warm["duration"]), abs=1)
    assert int(warm["used"]) > 5


async def test_max_memory_used_is_the_peak_of_the_environment(bench, tmp_path):
    function = bench.function()
    paths = {"started": str(tmp_path / "started"), "until": str(tmp_path / "until")}
    holding = asyncio.create_task(ask(function, "hold", size=100 << 20, **paths))
    await until((tmp_path / "started").exists)
    await asyncio.sleep(0.2)  # in this loop, so that at least one sample is taken
    (tmp_path / "until").touch()

    await holding
    await ask(function, "pid")

    peak, later = (int(report["used"]) for report in reports(bench))
    assert 100 < peak < 200
    assert later == peak


def test_a_billed_duration_is_rounded_up():
    report = Report(request_id="x", duration_ms=1.2, memory_mb=128, used_mb=None, init_ms=10.9)

    assert "Billed Duration: 13 ms" in report.line()


async def test_a_timeout_is_logged_and_billed_in_full(bench):
    function = bench.function(timeout_s=0.2)

    with pytest.raises(FunctionError):
        await function.invoke(call("sleep", s=30))

    (report,) = reports(bench)
    assert "Task timed out after 0.20 seconds" in bench.log.read_text()
    assert float(report["duration"]) == 200
    assert report["status"] == "timeout"


async def test_the_traceback_of_an_exception_is_readable(bench):
    function = bench.function()

    with pytest.raises(FunctionError):
        await function.invoke(call("fail"))

    text = bench.log.read_text()
    assert "[ERROR] ValueError: not today\nTraceback (most recent call last):\n  File " in text
    assert '\n    raise ValueError("not today")\n' in text
    assert "\r" not in text


async def test_output_is_logged_between_the_start_and_end_lines(bench):
    function = bench.function()

    await ask(function, "say", text="one\ntwo é", end="", error="three\n")

    lines = bench.lines()
    kinds = [line.split()[0] for line in lines]
    assert kinds == ["INIT_START", "START", "one", "two", "END", "REPORT"]
    assert "two éthree" in lines


async def test_an_unfinished_line_is_ended_before_the_end_line(bench):
    function = bench.function()

    await ask(function, "say", text="no newline", end="")

    assert [line.split()[0] for line in bench.lines()][1:4] == ["START", "no", "END"]


async def test_output_between_two_calls_is_logged(bench):
    function = bench.function()
    await ask(function, "say_later", text="later")

    await until(lambda: bench.lines("later"))

    assert bench.lines()[-1] == "later"


async def test_lines_of_different_environments_do_not_mix(bench):
    function = bench.function(concurrency=3)
    texts = [letter * 30_000 for letter in "abc"]

    await asyncio.gather(*(ask(function, "say", text=text) for text in texts))

    assert sorted(line for line in bench.lines() if len(line) > 1000) == texts


def test_line_ends_of_the_runtime_client_are_normalized():
    raw = "[ERROR] x\rTraceback:\r\u00a0\u00a0File\r\n\u00a0kept".encode()

    assert readable(raw) == "[ERROR] x\nTraceback:\n  File\n\u00a0kept".encode()
