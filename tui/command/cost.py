"""The command `blogs cost`."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from lab.cost import assumptions, prices
from lab.cost.errors import CostError
from lab.cost.inputs import DEFAULT_REQUESTS, Architecture, FreeTier, Inputs
from lab.cost.measured import Measured, inputs_from
from lab.cost.numbers import number_of
from lab.cost.of_results import DEFAULT_REGION
from lab.cost.refresh import Refreshed, refresh
from lab.cost.report import CostReport, Intervals, cost_report
from lab.cost.stack import with_outputs
from lab.cost.traffic import Traffic, parse_csv, parse_day
from lab.cost.units import ceiling
from tui.command import cost_output, output
from tui.settings import price_file


def run(
    args: Namespace, environ: Mapping[str, str], outputs: Callable[[], Mapping[str, Any]]
) -> None:
    """Calculate and print, or refresh the prices. *outputs* reads those of the stack."""
    file = price_file.path(environ)
    if args.refresh_prices:
        region = args.region or DEFAULT_REGION
        _print_refreshed(refresh(region, file, on_progress=_show_progress), args)
        return
    report = calculate(args, file, outputs() if getattr(args, "stack", None) else {})
    if args.json:
        output.print_json(cost_output.document(report))
    else:
        output.print_text("\n".join(cost_output.lines(report)))


def calculate(args: Namespace, file: Path, outputs: Mapping[str, Any]) -> CostReport:
    """Return the calculation: options come before measured inputs, and these before defaults."""
    found = _measured(args.results, outputs)
    inputs, notes = _with_options(found.inputs, args)
    listed = prices.load(args.region or found.region or DEFAULT_REGION, file)
    intervals = _unless_given(found.intervals, args)
    return cost_report(inputs, listed, intervals, [*found.notes, *notes])


def _measured(results: str | None, outputs: Mapping[str, Any]) -> Measured:
    if results is not None:
        from lab import analysis  # noqa: PLC0415 -- only for --from
        from tui.command import results_argument  # noqa: PLC0415 -- same

        read = results_argument.read(results)
        return inputs_from(read, analysis.analyse(read), outputs)
    region = outputs.get("Region")
    return Measured(
        inputs=with_outputs(Inputs(traffic=Traffic.constant(DEFAULT_REQUESTS)), outputs),
        intervals=Intervals(),
        notes=["sizes: the outputs of the stack"] if outputs else [],
        region=region if isinstance(region, str) else "",
    )


def _with_options(inputs: Inputs, args: Namespace) -> tuple[Inputs, Sequence[str]]:
    inputs = replace(
        inputs,
        traffic=_traffic(args) or inputs.traffic,
        free_tier=FreeTier(args.free_tier),
        architecture=Architecture(args.architecture or inputs.architecture),
    )
    billed_ms, notes = _billed(args.billed_ms)
    options = {
        "functions.memory_mb": args.memory,
        "functions.billed_ms": billed_ms,
        "containers.min_tasks": args.tasks,
        **_task(args.task),
    }
    changes = [(name, str(value)) for name, value in options.items() if value is not None]
    for name, value in [*changes, *map(_assumption, args.assume or [])]:
        inputs = assumptions.change(inputs, name, value)
    return inputs, notes


def _unless_given(intervals: Intervals, args: Namespace) -> Intervals | None:
    """Return the measured intervals without those of numbers that an option sets."""
    names = {_assumption(one)[0] for one in args.assume or []}
    if args.billed_ms or "functions.billed_ms" in names:
        intervals = replace(intervals, billed_ms=None)
    if "containers.saturation_per_s" in names:
        intervals = replace(intervals, saturation_per_s=None)
    return intervals


def _traffic(args: Namespace) -> Traffic | None:
    if args.day:
        return parse_day(args.day)
    if args.traffic:
        try:
            text = Path(args.traffic).read_text("utf-8-sig")
        except OSError as error:
            message = f"Cannot read {args.traffic} (from --traffic): {error.strerror}."
            raise CostError(message) from error
        except UnicodeDecodeError as error:
            raise CostError(f"{args.traffic} (from --traffic) is not text in UTF-8.") from error
        return parse_csv(text, args.traffic)
    if args.requests:
        requests = number_of("--requests", args.requests)
        if requests != int(requests):
            raise CostError(f"--requests must be a whole number, not {args.requests!r}.")
        return Traffic.constant(requests)
    return None


def _billed(text: str | None) -> tuple[int | None, Sequence[str]]:
    if text is None:
        return None, []
    given = number_of("--billed-ms", text)
    billed = ceiling(given)
    if billed == given:
        return billed, []
    return billed, [
        f"billed duration: AWS bills whole milliseconds, so {text} ms counts as {billed}"
    ]


def _task(text: str | None) -> dict[str, Decimal]:
    if text is None:
        return {}
    vcpus, slash, memory = text.partition("/")
    if not slash:
        raise CostError(f"--task must be vCPU/GB, such as 0.25/0.5, not {text!r}.")
    return {
        "containers.vcpus": number_of("--task", vcpus),
        "containers.memory_gb": number_of("--task", memory),
    }


def _assumption(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise CostError(f"--assume must be NAME=VALUE, not {text!r}.")
    return name, value


def _show_progress(offer: str) -> None:
    if sys.stderr.isatty():
        output.print_stderr(f"Reading the price list of {offer} …")


def _print_refreshed(refreshed: Refreshed, args: Namespace) -> None:
    if args.json:
        output.print_json(cost_output.refreshed_document(refreshed))
    else:
        output.print_text("\n".join(cost_output.refreshed_lines(refreshed)))
