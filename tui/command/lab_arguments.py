"""The arguments of `blogs compare` and `blogs report`."""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING, Final

from lab import mix
from lab.compare_settings import COLD_SLOT_S, ramp
from lab.plan import Arrivals, Order
from tui.command.argument_types import not_empty, parsed_by, positive_number
from tui.command.parser import Parser, add_common_options, wrapped

if TYPE_CHECKING:
    from lab.thresholds import Threshold

EXIT_CODES: Final = """\
exit codes of blogs compare:
  0    success
  1    the run failed, or an output could not be written
  2    invalid usage or settings
  3    a backend is not reachable
  6    a figure failed a threshold of --fail-if
  7    the load generator was the limit, so the figures may be its own; or it
       cannot hold the rate, and nothing was sent
  130  stopped by Ctrl-C (143: by SIGTERM); the files have the requests so far
All outputs of a run are complete in any case. 130 precedes 7, and 7 precedes 6."""

_FILE: Final = """\
--json writes:
  {"format": "blogs-compare", "schema", "target", "strict": true|false,
   "summary": {"backends": {"functions": FIGURES, "containers": FIGURES},
               "differences": [{"quantile", "value", "low", "high", "faster",
                                "sentence"}, ...],
               "blocks", "verdict": {"generator_limited": true|false, ...},
               "ramp", "highest_rate", "confidence", "notes": [TEXT, ...]},
   "runs": [{"settings", "slots", "environment", "generator",
             "rows": {NAME: [VALUE of each request, ...], ...},
             "aws": null or {"functions": [REPORT lines of each function, ...],
                             "tasks": [times of the launch of each task, ...],
                             ...}}, ...]}
  FIGURES     {"planned", "sent", "ok", "throttled", "errors", "dropped", ...,
              "latency": {"count", "quantiles": {"p50": {"value", "support"},
              ...}, "max"}, "service", "warm", "cold", ...}, in milliseconds
  The schema is lab/results.schema.json. Errors go to stderr as text."""

_CONDITIONS: Final = """\
conditions of --fail-if, such as containers.p95>300ms or functions.errors>0.1%:
  functions.F, containers.F   p50, p90, p95, p99, p99.9, max (latency in ms or
                              s), the same of a part, as in read.p95: service,
                              warm, cold, read, list, post, edit, delete, app,
                              db, init; errors, throttled, dropped, skipped,
                              cold (in %), achieved (requests/s)
  difference.F                p50 to p99.9: functions minus containers
  operators                   >  >=  <  <=
A figure without data, a time that could be that of a failed request and a
difference without an interval fail any condition."""

_COMPARE: Final = """\
Send the same mix of requests to both backends at a fixed rate, and show which one responds faster,
with an interval. The blogs that the run creates are removed afterwards. Ctrl-C stops the run and
keeps the figures so far; a second Ctrl-C also leaves the blogs."""
_EXAMPLES: Final = """\
examples:
  blogs compare --rate 50 --duration 60 --mix read=70,list=20,write=10 \\
    --json results.json --html report.html --fail-if 'containers.p95>300ms'
  blogs compare --ramp 10:200:10 --step 60 --target 'p95<200ms'
  blogs compare --burst 40 --cold
  blogs compare --rate 3000 --override-limits --write-plan plan"""

LOCUST: Final = "locust"


def add_compare(commands: argparse._SubParsersAction[Parser]) -> None:
    compare = _add_command(
        commands, "compare", "measure both backends under load", wrapped(_COMPARE)
    )
    compare.epilog = f"{_EXAMPLES}\n\n{_CONDITIONS}\n\n{_FILE}\n\n{EXIT_CODES}"
    _add_load(compare)
    _add_control(compare)
    _add_outputs(compare)
    _add_locust(compare)


def add_report(commands: argparse._SubParsersAction[Parser]) -> None:
    report = _add_command(
        commands,
        "report",
        "show the results of a comparison",
        wrapped(
            "Read the file that `blogs compare --json FILE` wrote, or the folder of a run with "
            "Locust, compute the figures from the log, and print them. This sends no request."
        ),
    )
    report.epilog = (
        "example:\n  blogs report --from results.json --html report.html --csv rows.csv\n\n"
        "exit codes:\n  0    success\n  1    an output could not be written\n"
        "  2    invalid usage, or the file has no results"
    )
    report.add_argument(
        "--from",
        dest="results",
        type=not_empty,
        required=True,
        metavar="FILE",
        help="results file, or folder",
    )
    report.add_argument("--html", type=not_empty, metavar="FILE", help="write a report")
    report.add_argument("--csv", type=not_empty, metavar="FILE", help="write a row per request")


def _add_command(
    commands: argparse._SubParsersAction[Parser], name: str, summary: str, description: str
) -> Parser:
    parser = commands.add_parser(
        name,
        help=summary,
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.errors_as_text = True
    add_common_options(parser)
    return parser


def _add_load(compare: Parser) -> None:
    add = compare.add_argument_group("load").add_argument
    add("--rate", type=positive, metavar="N", help="requests per second and backend (default: 50)")
    add("--duration", type=positive, metavar="SECONDS", help="length of a run (default: 60)")
    add(
        "--mix",
        type=parsed_by(mix.parse),
        metavar="MIX",
        help=f"weights of read, list, post, edit, delete; write is half posts, a quarter edits and "
        f"a quarter deletes (default: {mix.DEFAULT})",
    )
    add(
        "--order",
        choices=[Order.ABBA.value, Order.PARALLEL.value],
        help="abba: backends in turn, in slots A B B A; parallel: both at once (default: abba)",
    )
    add("--slot", type=positive, metavar="SECONDS", help="length of a slot (default: 2.5)")
    add(
        "--arrivals",
        choices=[each.value for each in Arrivals],
        default=Arrivals.POISSON.value,
        help="distances between requests: random or equal (default: poisson)",
    )
    add(
        "--ramp",
        type=parsed_by(ramp),
        metavar="FROM:TO:STEP",
        help="rising rates, one backend at a time",
    )
    add("--step", type=positive, metavar="SECONDS", help="length of a step (default: 60)")
    add(
        "--target",
        type=parsed_by(_target),
        metavar="LIMIT",
        help="with --ramp: find the highest rate that meets it",
    )
    add("--burst", type=positive_number, metavar="N", help="N requests at once in each slot")
    add(
        "--cold",
        action="store_true",
        help=f"with --burst: no warm-up, and one burst every {COLD_SLOT_S:.0f} s, so that "
        "functions start cold",
    )


def _add_control(compare: Parser) -> None:
    add = compare.add_argument_group("control").add_argument
    add("--repeat", type=positive_number, metavar="N", help="number of runs (default: 1)")
    add("--seed", type=seed, metavar="N", help="seed of the plan (default: a new one each time)")
    add(
        "--max-in-flight",
        type=positive_number,
        default=256,
        metavar="N",
        help="most requests in flight to a backend; others are dropped and counted (default: 256)",
    )
    add("--strict", action="store_true", help="use intervals of 99%% instead of 95%%")
    add("--yes", action="store_true", help="remove blogs of unfinished runs without asking")
    add(
        "--override-limits",
        action="store_true",
        help="allow more than 1,000 requests/s, 3,600 seconds or 1,000,000 requests",
    )
    add(
        "--load-given-urls",
        action="store_true",
        help="send load to URLs that come from options, variables or the configuration file",
    )


def _add_outputs(compare: Parser) -> None:
    add = compare.add_argument_group("outputs").add_argument
    add("--json", type=not_empty, metavar="FILE", help="write the results; - is standard output")
    add("--html", type=not_empty, metavar="FILE", help="write a report")
    add(
        "--fail-if",
        type=parsed_by(_threshold),
        action="append",
        metavar="CONDITION",
        help="exit with 6 if the condition is true; can be repeated",
    )


def _add_locust(compare: Parser) -> None:
    add = compare.add_argument_group("more load than one process or machine can send").add_argument
    add(
        "--engine",
        choices=["aiohttp", LOCUST],
        default="aiohttp",
        help="what sends the requests (default: aiohttp)",
    )
    add(
        "--workers",
        type=positive_number,
        metavar="N",
        help="with --engine locust: worker processes on this machine (default: 2)",
    )
    add(
        "--write-plan",
        type=not_empty,
        metavar="FOLDER",
        help="send nothing: write what Locust needs on other machines, with a README",
    )
    add(
        "--clean",
        type=not_empty,
        metavar="FOLDER",
        help="remove the blogs that the plan in the folder created, and do nothing else",
    )


def positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not (number > 0 and math.isfinite(number)):
        raise argparse.ArgumentTypeError("use a number above 0")
    return number


def seed(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError("use a whole number of at least 0")
    return int(text)


def _threshold(text: str) -> Threshold:
    from lab.thresholds import parse  # noqa: PLC0415 -- loads the figures of the lab

    return parse(text)


def _target(text: str) -> Threshold:
    from lab.thresholds import parse_target  # noqa: PLC0415 -- same

    return parse_target(text)
