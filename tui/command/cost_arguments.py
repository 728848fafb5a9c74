"""The options of `blogs cost`."""

from __future__ import annotations

import argparse
from typing import Final

from tui.command.argument_types import not_empty, positive_number
from tui.command.parser import Parser, add_command, wrapped

ARCHITECTURES: Final = ("arm64", "x86_64")
FREE_TIERS: Final = ("off", "always", "legacy")
_EXIT_CODES: Final = """\
blogs cost exits with 2 if a price or an input is missing or not valid, and with
1 if --refresh-prices fails. It sends no request to a backend."""


def add_cost(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command and its options."""
    cost = add_command(
        commands,
        "cost",
        "calculate what each backend costs in a month",
        "cost --requests 1e6 --memory 256 --billed-ms 30 --tasks 2",
    )
    cost.description = wrapped(
        "Calculate what each backend costs in AWS in a month, item by item, and from which "
        "traffic on the other backend is cheaper. docs/costs.md explains the model."
    )
    cost.epilog = f"{cost.epilog}\n{_EXIT_CODES}"
    _add_traffic(cost)
    _add_sizes(cost)
    add = cost.add_argument
    add("--region", type=not_empty, metavar="NAME", help="AWS region (default: us-east-1)")
    add(
        "--free-tier",
        choices=FREE_TIERS,
        default="off",
        help="subtract what every account has free (always), or also what accounts made before "
        "2025-07-15 have for 12 months (legacy) (default: off)",
    )
    add(
        "--from",
        dest="results",
        type=not_empty,
        metavar="FILE",
        help="take durations, cold starts and the capacity of a task from the results of blogs "
        "compare",
    )
    add(
        "--assume",
        type=not_empty,
        metavar="NAME=VALUE",
        action="append",
        help="set any number of the model, as containers.saturation_per_s=40; --json lists all "
        "names under assumptions (repeatable)",
    )
    add(
        "--refresh-prices",
        action="store_true",
        help="read the prices of the region from AWS's public price list, and calculate nothing",
    )


def _add_traffic(cost: Parser) -> None:
    add = cost.add_argument_group("traffic").add_mutually_exclusive_group().add_argument
    add(
        "--requests",
        type=not_empty,
        metavar="N",
        help="requests in a month, evenly spread, as 1e6 (default: 1,000,000)",
    )
    add(
        "--day",
        type=not_empty,
        metavar="PERIODS",
        help="requests per second over a day, as 5x20h,200x4h",
    )
    add(
        "--traffic",
        type=not_empty,
        metavar="FILE",
        help="CSV of a day, with the columns hours,requests_per_s and optionally "
        "new_connections_per_s",
    )


def _add_sizes(cost: Parser) -> None:
    add = cost.add_argument_group(
        "sizes", "With --stack, the defaults are the sizes in the outputs of the stack."
    ).add_argument
    add("--memory", type=positive_number, metavar="MB", help="memory of a function (default: 442)")
    add(
        "--billed-ms",
        type=not_empty,
        metavar="MS",
        help="billed duration of a request; AWS bills whole milliseconds (default: 30)",
    )
    add("--tasks", type=positive_number, metavar="N", help="minimum number of tasks (default: 1)")
    add(
        "--task",
        type=not_empty,
        metavar="VCPU/GB",
        help="size of a task (default: 0.25/0.5)",
    )
    add("--architecture", choices=ARCHITECTURES, help="of functions and tasks (default: arm64)")
