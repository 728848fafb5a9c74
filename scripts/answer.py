"""Measure and price both backends, and write the answer in README.md.

It starts a local cloud, compares the backends there, and calculates their costs
in AWS. The measurement is kept in docs/answer.json, so that a change of prices
or of the cost model needs no new one (--keep).
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from bench import running
from demo import client_environment
from marked_text import replace_between

from lab.analysis import analyse
from lab.backends import Backend
from lab.cost import prices
from lab.cost.inputs import FunctionInputs, Inputs
from lab.cost.measured import inputs_from
from lab.cost.report import CostReport, cost_report
from lab.cost.traffic import Traffic
from lab.cost.units import cents
from lab.report.cost_curve import cost_curves
from lab.report.markup import Markup
from lab.report.svg import WIDE
from lab.results_file import read
from lab.summary import Summary

ROOT: Final = Path(__file__).resolve().parent.parent
README: Final = ROOT / "README.md"
MEASURED: Final = ROOT / "docs" / "answer.json"
CHART: Final = ROOT / "docs" / "answer.svg"
STYLES: Final = ROOT / "lab" / "report" / "report.css"
REGION: Final = "us-east-1"
REQUESTS: Final = 1_000
"""No figure of the answer depends on it. So few are left of the chart, which then marks none."""
RATE, DURATION_S = 20, 180
SHOWN: Final = ("p50", "p95")
GENERATOR_LIMITED: Final = 7


def main() -> int:
    options = parse()
    if not options.keep:
        MEASURED.write_text(json.dumps(measure(), indent=2) + "\n", "utf-8")
    if not MEASURED.exists():
        sys.exit(f"answer: {MEASURED} is missing. Run make answer without --keep.")
    measured = json.loads(MEASURED.read_text("utf-8"))
    report = cost(measured)
    CHART.write_text(chart(report), "utf-8")
    answer = render(measured, report)
    replace_between(README, "answer", answer)
    print(answer)
    return 0


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make answer",
        description=__doc__,
        epilog="example: make answer",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--keep", action="store_true", help="keep the measurement, and calculate the costs again"
    )
    return parser.parse_args()


def measure() -> dict[str, Any]:
    """Compare the backends in a local cloud of its own; return what the answer needs."""
    with tempfile.TemporaryDirectory() as folder, running(folder) as process:
        assert process.stdout  # noqa: S101 -- it is a pipe
        if not process.stdout.readline():
            sys.exit("answer: the local cloud did not start")
        file = Path(folder) / "results.json"
        compare(folder, file)
        results = read(file)
    summary = analyse(results)
    functions = inputs_from(results, summary).inputs.functions
    return {
        "measured_on": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": f"{os.cpu_count()} cores, {platform.system()}",
        "requests": {name.value: one.ok for name, one in summary.backends.items()},
        "sentences": sentences(summary),
        "cold": summary.backends[Backend.FUNCTIONS].cold_share.count,
        "billed_ms": str(functions.billed_ms),
        "init_ms": str(functions.init_ms),
    }


def compare(folder: str, file: Path) -> None:
    """Run `blogs compare`; stop if it fails, or if the load generator limited the run."""
    command = [sys.executable, "-m", "tui", "compare", "--rate", str(RATE)]
    command += ["--duration", str(DURATION_S), "--json", str(file)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=client_environment(f"{folder}/state") | {"XDG_STATE_HOME": folder},
        check=False,
    )
    if done.returncode == GENERATOR_LIMITED:
        sys.exit("answer: nothing was written. End other programs on this machine and try again.")
    if done.returncode:
        sys.exit(f"answer: blogs compare failed with exit code {done.returncode}")


def sentences(summary: Summary) -> dict[str, str]:
    return {one.quantile: one.sentence for one in summary.differences}


def cost(measured: Mapping[str, Any]) -> CostReport:
    """Return the costs with the measured durations, and the default for everything else."""
    inputs = Inputs(traffic=Traffic.constant(Decimal(REQUESTS)))
    functions: FunctionInputs = replace(
        inputs.functions,
        billed_ms=Decimal(measured["billed_ms"]),
        init_ms=Decimal(measured["init_ms"]),
    )
    return cost_report(replace(inputs, functions=functions), prices.load(REGION))


def chart(report: CostReport) -> str:
    """Return the chart of the costs as a picture of its own, in light and dark."""
    draw = cost_curves(report)[0].draw
    assert draw  # noqa: S101 -- there are costs to draw
    fonts = "svg { font-family: system-ui, sans-serif; background: var(--page); }"
    style = Markup(f"<style>{STYLES.read_text('utf-8')}{fonts}</style>")
    picture = draw(WIDE).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    head, tag, rest = picture.partition("</title>")
    return f"{head}{tag}{style}{rest}\n"


def render(measured: Mapping[str, Any], report: CostReport) -> str:
    """Return the answer in Markdown, one sentence a line."""
    lines = [
        "![Monthly cost of both backends over requests a month](docs/answer.svg)",
        "",
        *cost_sentences(report),
        "",
        *speed_sentences(measured),
        "",
        *limit_sentences(measured, report.inputs.functions),
    ]
    return "\n".join(lines)


def cost_sentences(report: CostReport) -> list[str]:
    one, two = (report.by_tasks[count].crossings[0] for count in (1, 2))
    floor = cents(report.by_tasks[1].idle_containers_usd)
    return [
        (
            f"**Cost.** At the list prices of {REGION}, functions are cheaper below "
            f"{one.requests:,} requests a month ({one.per_second:.1f} per second, all month), "
            "and one task is cheaper above that."
        ),
        (
            f"Two tasks, in two zones, are cheaper above {two.requests:,} requests "
            f"({two.per_second:.1f} per second)."
        ),
        (
            "Without requests, functions cost nothing, and one task with its load balancer "
            f"{floor} USD a month."
        ),
    ]


def speed_sentences(measured: Mapping[str, Any]) -> list[str]:
    faster = "; ".join(measured["sentences"][quantile] for quantile in SHOWN)
    functions = measured["requests"]["functions"]
    if not measured["cold"]:
        sys.exit("answer: no request was a cold start, so their time is not known. Try again.")
    return [
        (
            f"**Speed.** On one machine, with {RATE} requests per second to each backend in turn: "
            f"{faster}."
        ),
        (
            f"{measured['cold']:,} of {functions:,} requests to functions were cold starts, with "
            f"{float(measured['init_ms']):,.0f} ms of initialization on average."
        ),
    ]


def limit_sentences(measured: Mapping[str, Any], inputs: FunctionInputs) -> list[str]:
    count = min(measured["requests"].values())
    return [
        (
            "`make answer` makes this chart and these figures "
            f"(last on {measured['measured_on']}: {measured['machine']}, "
            f"at least {count:,} requests to each backend)."
        ),
        (
            "The local cloud neither limits the CPU of functions and tasks nor has AWS's "
            "network, so times in AWS differ."
        ),
        (
            f"Of the measurement, the costs use the {float(inputs.billed_ms):.0f} ms of a function "
            f"and the {float(inputs.init_ms):,.0f} ms of an initialization."
        ),
        (
            f"They assume {inputs.cold_share:.0%} cold starts and that the tasks can handle the "
            "traffic, and leave out what both backends share ([docs/costs.md](docs/costs.md))."
        ),
        (
            "For your traffic and your stack, run "
            "`blogs compare --stack NAME --json results.json`, "
            "then `blogs cost --stack NAME --from results.json` ([docs/lab.md](docs/lab.md))."
        ),
    ]


if __name__ == "__main__":
    sys.exit(main())
