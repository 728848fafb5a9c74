"""`blogs cost`: without a backend and without a network."""

from __future__ import annotations

import functools
import json
from decimal import Decimal

import pytest

from lab.analysis import analyse
from lab.cost.inputs import Architecture, FreeTier, Inputs
from lab.cost.refresh import refresh
from lab.cost.traffic import Traffic
from lab.results import Results
from lab.results_file import write
from tests.lab.build import environment, row, run
from tests.lab.cost.offer_files import add, offer_files, price_server
from tests.running import ROOT
from tui.command import cost
from tui.command.cli import main
from tui.command.cost_arguments import ARCHITECTURES, FREE_TIERS

GIVEN = ("--region", "us-east-1", "--memory", "256", "--billed-ms", "30", "--task", "0.25/0.5")
CHECKED = (
    "functions.custom_metrics=7",
    "containers.custom_metrics=0",
    "shared.alarm_metrics=16",
)
ASSUMED = [word for one in CHECKED for word in ("--assume", one)]
OUTPUTS = {"FunctionMemory": 884, "TaskVCPU": 0.5, "TaskMemory": 1024, "Region": "eu-west-1"}


@pytest.fixture
def cost_of(capsysbinary, monkeypatch, tmp_path):
    """Run `blogs cost`, and return exit code, stdout and stderr."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def run_command(*words):
        code = main(("cost", *words))
        out, err = capsysbinary.readouterr()
        return code, out.decode(), err.decode()

    return run_command


@pytest.fixture
def calculated(cost_of):
    """Return the JSON of `blogs cost`."""

    def run_command(*words):
        code, out, err = cost_of(*words, "--json")
        assert (code, err) == (0, "")
        return json.loads(out)

    return run_command


def test_the_choices_of_the_options_are_those_of_the_model():
    assert list(ARCHITECTURES) == list(Architecture)
    assert list(FREE_TIERS) == list(FreeTier)


def test_the_text_has_both_sides_their_totals_and_the_break_even(cost_of):
    code, out, err = cost_of(*GIVEN, *ASSUMED, "--requests", "1e6", "--tasks", "2")

    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == (
        "us-east-1, arm64, 1,000,000 requests a month, free tier: off. USD a month:"
    )
    assert [line.split() for line in lines if line.startswith("total")] == [
        ["total", "4.13", "total", "45.74"],
        ["total", "5.63"],
    ]
    assert "functions and both              9.76" in lines
    assert "point-in-time recovery          0.20*" in lines
    assert "* not verified with a price list or a bill: table-recovery" in lines
    assert "- Without requests, functions cost 0.00 USD a month and containers 45.46 USD." in lines
    assert any("256 MB has 0.14 vCPU" in line for line in lines)
    assert lines[-1].startswith("prices: ")
    assert max(map(len, lines[:-1])) <= 80


def test_the_guide_shows_what_the_command_prints(cost_of):
    guide = (ROOT / "docs" / "costs.md").read_text("utf-8")
    command, *shown = (
        guide.partition("```console\n$ blogs cost ")[2].partition("```")[0].splitlines()
    )

    out = cost_of(*command.split())[1].splitlines()

    assert [line for line in shown if line != "..." and line not in out] == []


def test_the_json_has_the_check_values(calculated):
    found = calculated(*GIVEN, *ASSUMED, "--requests", "1e6", "--tasks", "2")

    assert (found["functions"]["usd"], found["functions"]["exact_usd"]) == (4.13, 4.131116)
    assert (found["containers"]["usd"], found["containers"]["exact_usd"]) == (45.74, 45.727278)
    assert found["shared"]["usd"] == 5.63
    assert found["unverified"] == ["table-recovery"]
    assert found["assumptions"]["functions.custom_metrics"] == 7


def test_every_crossing_is_printed(calculated, cost_of):
    options = (*GIVEN, *ASSUMED, "--assume", "functions.cold_share=0.1%")
    steps = ("--assume", "containers.saturation_per_s=8", "--assume", "containers.target=1")

    found = calculated(*options, *steps)

    assert [one["requests_per_month"] for one in found["break_even"]["crossings"]] == [
        18_577_748,
        21_024_001,
        24_785_098,
    ]
    text = " ".join(cost_of(*options, *steps)[1].split())
    assert "From 21,024,001 requests a month (8.00/s), functions are cheaper" in text


def test_a_day_gives_its_traffic_and_tasks(calculated, tmp_path):
    file = tmp_path / "day.csv"
    file.write_text("\ufeffhours,requests_per_s\n20,5\n4,200\n", encoding="utf-8")
    capacity = ("--assume", "containers.saturation_per_s=60")

    day = calculated("--day", "5x20h,200x4h", *capacity)
    of_file = calculated("--traffic", str(file), *capacity)

    assert day == of_file
    assert day["requests_per_month"] == 98_550_000
    assert [one["tasks"] for one in day["periods"]] == [1, 6]
    assert any("more than maxTasks" in warning for warning in day["warnings"])


def test_the_program_s_sizes_are_the_defaults(calculated):
    found = calculated()

    assert found["region"] == "us-east-1"
    assert found["requests_per_month"] == 1_000_000
    assert found["assumptions"]["functions.memory_mb"] == 442
    assert found["assumptions"]["containers.vcpus"] == 0.25


def test_a_stack_gives_its_sizes_and_region(cost_of, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "tui.settings.backends.Finder.find", lambda self: asked.append(self) or Found()
    )

    code, out, _ = cost_of("--stack", "prod", "--json", "--tasks", "2")

    found = json.loads(out)
    assert (code, len(asked)) == (0, 1)
    assert found["region"] == "eu-west-1"
    assert found["assumptions"]["functions.memory_mb"] == 884
    assert found["assumptions"]["containers.vcpus"] == 0.5
    assert found["assumptions"]["containers.min_tasks"] == 2
    assert "sizes: the outputs of the stack" in found["sentences"]


class Found:
    outputs = OUTPUTS


def test_a_comparison_gives_durations_and_a_band(calculated, cost_of, tmp_path):
    rows = [row(number, planned_s=number / 50, app_ms=20 + number % 7) for number in range(400)]
    results = Results(runs=[run(rows, environment=environment(outputs=OUTPUTS, is_local=False))])
    file = tmp_path / "results.json"
    write(results, analyse(results), file)

    found = calculated("--from", str(file))

    assert found["assumptions"]["functions.billed_ms"] == pytest.approx(22.985, abs=0.01)
    assert found["requests_per_month"] == 131_400_000
    assert found["region"] == "eu-west-1"
    earliest, latest = (
        found["band"][bound]["crossings"][-1]["requests_per_month"]
        for bound in ("earliest", "latest")
    )
    text = " ".join(cost_of("--from", str(file))[1].split())
    assert (
        "At the bounds of the measured intervals, containers are cheaper from "
        f"{earliest:,} and from {latest:,} requests a month."
    ) in text
    assert any("estimate from the Server-Timing" in one for one in found["sentences"])
    given = calculated("--from", str(file), "--billed-ms", "40", "--region", "us-west-1")
    assert given["assumptions"]["functions.billed_ms"] == 40
    assert (given["region"], given["band"]) == ("us-west-1", None)


def test_the_report_of_a_comparison_has_the_same_amounts(calculated, tmp_path, capsysbinary):
    results = Results(runs=[run([row(number, app_ms=20.0) for number in range(100)])])
    file, page = tmp_path / "results.json", tmp_path / "report.html"
    write(results, analyse(results), file)

    assert main(("report", "--from", str(file), "--html", str(page))) == 0
    capsysbinary.readouterr()

    found, text = calculated("--from", str(file)), page.read_text("utf-8")
    for side in ("functions", "containers", "shared"):
        assert f"{found[side]['usd']:,.2f} USD" in text
        for item in found[side]["items"]:
            assert f"{item['usd']:,.2f}" in text
    for crossing in found["break_even"]["crossings"]:
        assert f"{crossing['requests_per_month']:,}" in text


def test_a_part_of_a_millisecond_is_billed_as_a_whole_one(calculated):
    found = calculated("--billed-ms", "1.2")

    assert found["assumptions"]["functions.billed_ms"] == 2
    assert (
        "billed duration: AWS bills whole milliseconds, so 1.2 ms counts as 2"
        in (found["sentences"])
    )
    for ms in (1, 99, 100, 101):
        assert calculated("--billed-ms", str(ms))["assumptions"]["functions.billed_ms"] == ms


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--requests", "x"], "--requests must be a number, not 'x'."),
        (["--requests", "1.5"], "--requests must be a whole number, not '1.5'."),
        (["--requests", "-1"], "--requests must be a number of at least 0, not '-1'."),
        (["--requests", "inf"], "--requests must be a number of at least 0, not 'inf'."),
        (["--requests", "1e40"], "--requests must be 0, or from 0.000001 to 1e12, not '1e40'."),
        (["--day", f"{'9' * 30}x24h"], "The rate of a period must be 0, or from 0.000001 to 1e12"),
        (["--billed-ms", "0"], "AWS bills at least 1 ms for an invocation."),
        (["--task", "0.25"], "--task must be vCPU/GB, such as 0.25/0.5, not '0.25'."),
        (["--task", "a/0.5"], "--task must be a number, not 'a'."),
        (["--memory", "64"], "A function has from 128 to 10,240 MB of memory, not 64."),
        (["--tasks", "9999"], "A service has from 1 to 5,000 tasks, not 9999."),
        (["--day", "5x20h"], "have 20 hours. Let the hours of all periods add up to 24."),
        (["--traffic", "/none.csv"], "Cannot read /none.csv (from --traffic): No such file"),
        (["--from", "/none.json"], "Cannot read /none.json (from --from): No such file"),
        (["--assume", "x"], "--assume must be NAME=VALUE, not 'x'."),
        (["--assume", "functions.memory=1"], "Did you mean functions.memory_mb?"),
        (["--region", "mars"], "There are no prices for the region mars. Use one of us-east-1"),
        (
            ["--region", "ap-southeast-1"],
            "The price of table-reads in ap-southeast-1 is not known.",
        ),
        (["--requests", "1", "--day", "5x24h"], "not allowed with argument --requests"),
    ],
)
def test_an_input_that_is_not_valid_is_refused_with_the_next_step(cost_of, words, message):
    code, out, err = cost_of(*words)

    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert message in err


def test_the_largest_and_smallest_numbers_can_be_calculated(cost_of):
    sizes = ("functions.functions", "functions.provisioned", "shared.response_bytes")
    large = [word for name in sizes for word in ("--assume", f"{name}=1e12")]
    small = [
        word
        for name in ("containers.saturation_per_s", "containers.target")
        for word in ("--assume", f"{name}=1e-6")
    ]

    for numbers in (large, small):
        assert cost_of("--requests", "1e12", "--billed-ms", "1e12", *numbers)[0] == 0


def test_an_error_is_json_with_json(cost_of):
    code, _, err = cost_of("--requests", "x", "--json")

    assert json.loads(err)["error"]["kind"] == "cost"
    assert json.loads(err)["error"]["exit_code"] == code == 2


def test_refreshed_prices_are_used_from_then_on(cost_of, calculated, monkeypatch, tmp_path):
    files = offer_files("us-west-1")
    products = files["AWSELB"]["products"]
    for sku, product in list(products.items()):
        if product["attributes"]["usagetype"] == "USW1-LCUUsage":
            add(
                files["AWSELB"],
                sku,
                "USW1-LCUUsage",
                [("0", "0.009")],
                regionCode="us-west-1",
                operation="LoadBalancing:Application",
            )
    before = calculated("--region", "us-west-1")
    with price_server(files) as (url, _):
        monkeypatch.setattr(cost, "refresh", functools.partial(refresh, base_url=url))
        code, out, _ = cost_of("--refresh-prices", "--region", "us-west-1")

    file = tmp_path / "cache" / "blogs" / "prices.json"
    assert code == 0
    assert "  balancer-lcu from 0: 0.008 -> 0.009" in out.splitlines()
    assert out.splitlines()[0].endswith("of the price list of 2026-11-27")
    assert out.splitlines()[-1] == f"now used: {file}"
    after = calculated("--region", "us-west-1")
    assert "balancer-lcu" in before["unverified"]
    assert after["unverified"] == []
    assert after["prices"]["file"] == str(file)
    assert calculated("--region", "us-east-1")["prices"]["file"] != str(file)


def test_a_failed_refresh_exits_with_1_and_keeps_the_prices(cost_of, monkeypatch, tmp_path):
    with price_server({}) as (url, _):
        monkeypatch.setattr(cost, "refresh", functools.partial(refresh, base_url=url))
        code, out, err = cost_of("--refresh-prices")

    assert (code, out) == (1, "")
    assert err.endswith("responded with status 404. The prices did not change.\n")
    assert not (tmp_path / "cache").exists()


def test_the_defaults_of_the_help_are_those_of_the_model():
    default = Inputs(traffic=Traffic.constant(1))

    assert default.functions.memory_mb == 442
    assert default.functions.billed_ms == 30
    assert default.containers.scaling.min_tasks == 1
    assert (default.containers.vcpus, default.containers.memory_gb) == (
        Decimal("0.25"),
        Decimal("0.5"),
    )
