"""`blogs compare` with a fake load generator: outputs, exit codes, refusals."""

from __future__ import annotations

import json
import os
import signal
import stat
import sys

import pytest

from lab import results_file
from lab.analysis import analyse
from lab.backends import Backend, Target
from lab.cost.errors import CostError
from lab.load.journal import Journal, unfinished
from lab.results import AwsRecords, TaskLaunch
from tests.lab.build import results
from tests.lab.build import run as build_run
from tests.lab.fake_steps import FakeLoad
from tui.client import http_api, measured, proxy_env
from tui.command import compare_text, output
from tui.command.output import OutputError
from tui.state import html_report

SHORT = ("compare", "--load-given-urls", "--rate", "10", "--duration", "24", "--slot", "1")


@pytest.fixture
def load():
    return FakeLoad()


@pytest.fixture
def run(blogs, load):
    """Return a function that runs a short comparison with the fake load."""

    def run(*words):
        return blogs(*(words if words[:1] == ("compare",) else (*SHORT, *words)), steps=load.steps)

    return run


def test_the_result_has_sentences_a_table_notes_and_how_it_was_made(run, load):
    code, out, err = run("--seed", "4711")

    assert (code, load.targets[Backend.FUNCTIONS].url[-5:]) == (0, "/Prod")
    lines = out.splitlines()
    assert lines[0].startswith("containers faster at p50 by 10")
    assert any(line.split() == ["p50", "20", "10"] for line in lines)
    assert "Order: slots A B B A" in out
    assert lines[-1].endswith("seed 4711")
    assert max(map(len, lines)) <= 80
    assert err.splitlines()[0].startswith("This sends ")
    assert len(err.splitlines()) == 1


def test_the_text_has_what_aws_recorded():
    launch = TaskLaunch(
        task="0123abcd",
        created="2026-11-29T12:00:00Z",
        pull_started=None,
        pull_stopped=None,
        started="2026-11-29T12:00:41Z",
        registered=None,
    )
    found = results(build_run([], aws=AwsRecords(tasks=[launch])))

    lines = compare_text.lines(found, analyse(found))

    assert "1 task of the service: 41 s from creation to start." in lines


def test_the_files_hold_the_results_and_a_report(run, load, tmp_path):
    data, page = tmp_path / "results.json", tmp_path / "report.html"
    code, _, _ = run("--json", str(data), "--html", str(page))

    assert code == 0
    assert len(results_file.read(data).runs) == 1
    assert page.read_text().startswith("<!DOCTYPE html>")
    assert {page, data} == {path for path in tmp_path.iterdir() if path.is_file()}
    assert stat.S_IMODE(data.stat().st_mode) == 0o666 & ~_umask()


def test_a_report_with_damaged_prices_uses_the_packaged_ones(run, load, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    prices, page = tmp_path / "blogs" / "prices.json", tmp_path / "report.html"
    prices.parent.mkdir()
    prices.write_text("{")

    code, out, err = run("--html", str(page))
    assert (code, len(err.splitlines())) == (0, 1)
    assert out.startswith("containers faster")
    assert "What it costs" in page.read_text()
    assert f"The price file {prices} is not valid" in page.read_text()


@pytest.mark.parametrize("error", [CostError("no price"), ZeroDivisionError("division by zero")])
def test_nothing_of_a_run_is_lost_if_a_part_of_its_report_fails(
    run, load, tmp_path, monkeypatch, error
):
    def fail(*_):
        raise error

    monkeypatch.setattr(html_report, "report_of", fail)
    data, page = tmp_path / "results.json", tmp_path / "report.html"

    code, out, err = run("--json", str(data), "--html", str(page))
    assert out.startswith("containers faster")
    assert results_file.read(data).runs
    if isinstance(error, CostError):
        assert code == 0
        assert "What it costs" not in page.read_text()
    else:
        assert code == 1
        assert err.splitlines()[-1] == (
            "blogs: Cannot make the output of --html: ZeroDivisionError: division by zero."
        )


def test_files_are_complete_if_the_text_cannot_be_printed(run, load, tmp_path, monkeypatch):
    def full(_):
        raise OutputError("Cannot write the output: No space left on device.")

    monkeypatch.setattr(output, "print_text", full)
    data = tmp_path / "results.json"

    assert run("--json", str(data))[0] == 1
    assert results_file.read(data).runs


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_failed_threshold_is_named_and_all_files_are_complete(run, load, tmp_path):
    data = tmp_path / "results.json"
    code, out, _ = run(
        *("--json", str(data)),
        *("--fail-if", "functions.p95 >= 15ms", "--fail-if", "containers.p95>15ms"),
    )

    assert code == 6
    assert [line for line in out.splitlines() if line.startswith("failed:")] == [
        "failed: functions.p95 is 20 ms, 5 ms above the limit of 15 ms (functions.p95 >= 15ms)"
    ]
    assert results_file.read(data).runs


def test_a_limited_generator_has_an_exit_code_that_precedes_thresholds(run, load):
    load.cpu_share = 0.95
    code, out, _ = run("--fail-if", "functions.p95>1ms")

    assert code == 7
    assert "The generator was the limit" in out
    assert "failed: functions.p95" in out


def test_a_rate_above_what_the_generator_holds_is_refused(run, load):
    load.holds = 5
    code, out, err = run()

    assert (code, out, load.plans) == (7, "", [])
    assert "can send about 5 requests per second" in err.splitlines()[-1]


def test_a_signal_stops_the_run_and_keeps_the_files(run, load, tmp_path):
    data = tmp_path / "results.json"
    load.on_start = lambda: os.kill(os.getpid(), signal.SIGINT)
    code, _, err = run("--repeat", "2", "--json", str(data))

    assert code == 130
    assert "Stopping" in err
    assert len(results_file.read(data).runs) == 1
    assert len(load.cleaned) == 1


def test_a_terminated_run_exits_with_the_code_of_its_signal(run, load):
    load.on_start = lambda: os.kill(os.getpid(), signal.SIGTERM)

    assert run()[0] == 143


def test_results_on_standard_output_leave_the_text_to_standard_error(run, load):
    code, out, err = run("--json", "-")

    assert code == 0
    assert json.loads(out)["format"] == "blogs-compare"
    assert "containers faster" in err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--json", "{}/none/results.json"), "its folder does not exist. Create it first."),
        (("--html", "{}"), "Is a directory|Cannot write"),
        (("--json", "/dev/full"), "No space left on device"),
    ],
)
def test_a_file_that_cannot_be_written_is_found_before_the_load(
    run, load, tmp_path, words, message
):
    code, _, err = run(*(word.format(tmp_path) for word in words))

    assert (code, load.plans) == (1, [])
    assert message.split("|")[0] in err
    assert f"(from {words[0]})" in err


def test_a_full_standard_output_is_found_before_the_load(run, load, monkeypatch):
    with open("/dev/full", "w") as full:  # noqa: PTH123 -- a device
        monkeypatch.setattr(sys, "stdout", full)
        code, _, err = run()

    assert (code, load.plans) == (1, [])
    assert "Cannot write the output: No space left on device." in err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--json", "a", "--html", "a"), "--json and --html name the same file"),
        (("--fail-if", "containers.p999>1ms"), "did you mean containers.p99.9"),
        (("--mix", "reed=1"), "no operation “reed”"),
        (("--rate", "0"), "use a number above 0"),
        (("--rate", "1001"), "above the limit of 1,000"),
        (("--duration", "3601"), "add --override-limits"),
        (("--ramp", "10:5:1"), "FROM:TO:STEP"),
        (("--ramp", "10:20:10"), "--rate has no meaning with --ramp"),
        (("--target", "p95<200ms"), "--target needs --ramp"),
        (("--cold",), "--cold needs --burst"),
        (("--duration", "2"), "too short for the slots A B B A"),
        (("--seed", "-1"), "whole number"),
    ],
)
def test_invalid_use_is_one_line_of_text_before_any_request(run, load, served, words, message):
    code, out, err = run(*words)

    assert (code, out, load.plans, served.blogs.requests) == (2, "", [], [])
    assert message in err
    assert len(err.splitlines()) == 1
    assert err.startswith("blogs: ")


def test_urls_that_were_given_need_permission(run, load, served):
    code, _, err = run("compare")

    assert (code, load.plans, served.blogs.requests) == (2, [], [])
    assert "The URLs come from BLOGS_FUNCTIONS_URL" in err
    assert "--load-given-urls" in err


def test_read_only_mode_allows_lists_only(run, load, monkeypatch):
    monkeypatch.setenv("BLOGS_READ_ONLY", "1")

    code, _, err = run()
    assert (code, load.plans) == (2, [])
    assert "A comparison reads blogs that it posts. Cannot write in read-only mode" in err
    assert run("--mix", "list=1")[0] == 0


@pytest.mark.parametrize("token", ["", "wrong"])
def test_a_missing_or_wrong_token_is_found_before_the_load(run, load, monkeypatch, token):
    monkeypatch.setenv("BLOGS_WRITE_TOKEN", token)
    code, _, err = run()

    assert (code, load.plans) == (2, [])
    assert "write token" in err


def test_a_backend_that_is_not_reachable_is_found_before_the_load(run, load, monkeypatch):
    monkeypatch.setenv("BLOGS_CONTAINERS_URL", "http://127.0.0.1:9")
    code, _, err = run()

    assert (code, load.plans) == (3, [])
    assert "CONTAINERS at 127.0.0.1:9 is not reachable" in err


def test_the_check_before_the_load_uses_no_proxy_as_the_load_does(run, load, served, monkeypatch):
    monkeypatch.setattr(proxy_env, "is_loopback", lambda _: False)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    assert run()[0] == 0
    monkeypatch.setenv("HTTP_PROXY", served.url)
    monkeypatch.setenv("BLOGS_CONTAINERS_URL", "http://127.0.0.1:9")
    code, _, err = run()
    assert (code, len(load.plans)) == (3, 1)
    assert err.endswith("is correct. (A comparison uses no proxy.)\n")


def test_blogs_of_a_killed_run_stay_without_a_terminal_and_go_with_yes(run, load, served):
    folder = _left_by_a_killed_run(served)

    _, _, err = run()
    assert "ended before it removed its blogs. To remove them, add --yes." in err
    assert "lab-killed-1" in served.blogs.table
    _, _, err = run("--yes")
    assert "Removed 1 blog of the comparison of" in err
    assert "lab-killed-1" not in served.blogs.table
    assert unfinished(folder) == []


def _left_by_a_killed_run(served):
    """Leave the blog of a run that was killed; return the folder that lists the run."""
    folder = measured.folder(os.environ)
    with Journal(folder, "killed", _targets(served), "local"):
        served.blogs.put(id="lab-killed-1", title="Left")
    served.blogs.table["lab-killed-1"]["created_at"] = "2999-01-01T00:00:00.000000Z"
    return folder


def test_the_clean_up_sends_no_token_in_read_only_mode(run, load, served):
    folder = _left_by_a_killed_run(served)

    code, _, err = run("--yes", "--mix", "list=1", "--read-only")
    assert (code, len(load.plans)) == (0, 1)
    assert "ended before it removed its blogs. Cannot write in read-only mode." in err
    assert set(served.blogs.authorizations) == {None}
    assert len(unfinished(folder)) == 1


def test_the_clean_up_sends_no_token_over_plain_http(run, load, served, monkeypatch):
    monkeypatch.setattr(http_api, "is_loopback", lambda _: False)
    folder = _left_by_a_killed_run(served)

    code, _, err = run("--yes", "--mix", "list=1")
    assert (code, len(load.plans)) == (0, 1)
    assert "uses plain HTTP, so others on the network could read the write token." in err
    assert run("--yes")[0] == 2
    assert set(served.blogs.authorizations) == {None}
    assert run("--yes", "--plain-http-token")[0] == 0
    assert unfinished(folder) == []


def _targets(served):
    urls = {Backend.FUNCTIONS: f"{served.url}/Prod", Backend.CONTAINERS: served.url}
    return {backend: Target(backend=backend, url=url) for backend, url in urls.items()}


def test_a_ramp_shows_each_step_and_the_highest_rate(run, load):
    code, out, _ = run(
        *("compare", "--load-given-urls", "--ramp", "50:100:50", "--step", "5"),
        *("--target", "p95<15ms", "--mix", "list=1"),
    )

    assert code == 0
    assert "highest rate of functions that met p95<15ms: no step" in out
    assert "highest rate of containers that met p95<15ms: at least 100 requests/s (the" in out
    assert "50 to 100 requests/s in steps of 5 s" in out


def test_a_cold_burst_sends_no_warm_up_to_the_function_that_reads(run, load):
    code, out, _ = run("compare", "--load-given-urls", "--burst", "40", "--cold")

    (plan,) = load.plans
    reads = [request for request in plan.requests if request.operation == "read"]
    assert code == 0
    assert len(reads) == 4 * 40
    assert {request.slot for request in reads} == {0, 1, 2, 3}
    assert "bursts of 40 requests every 110 s" in out
