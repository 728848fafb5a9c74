"""The command `blogs compare`: measure both backends under load, and print what was found."""

from __future__ import annotations

import asyncio
import os
import shlex
from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lab import results_file
from lab.compare import Comparison, ComparisonError, Finished, RateTooHigh
from lab.compare_settings import InvalidSettings
from lab.compare_steps import Steps
from lab.load import locust_run
from lab.load.worker_process import LoadProcessError
from tui import text
from tui.client import measured
from tui.client.api_factory import HttpApiFactory
from tui.client.contract import ApiError, Failure
from tui.client.daemon_executor import DaemonThreadExecutor
from tui.client.failures import READ_ONLY
from tui.command import compare_text, load_settings, output, planned_load
from tui.command.compare_signals import Signals
from tui.command.lab_arguments import LOCUST
from tui.command.output import OutputError, PipeClosed
from tui.command.output_files import OutputFiles
from tui.command.parser import UsageError
from tui.command.progress_line import ProgressLine
from tui.command.unfinished_runs import offer_clean_up
from tui.settings.values import BackendName
from tui.state import html_report

SUCCESS: Final = 0
FAILED: Final = 1
THRESHOLD_FAILED: Final = 6
GENERATOR_LIMITED: Final = 7
_WORKERS: Final = 2
_SIGNAL_BASE: Final = 128
_BYTES_PER_REQUEST: Final = 200
_BYTES_OF_REPORT: Final = 400_000


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """How the command was started."""

    args: Namespace
    factory: HttpApiFactory
    folder: Path
    """Where runs are recorded until their blogs are removed."""
    steps: Steps | None = None
    """What replaces the load generator in tests."""


def compare(invocation: Invocation) -> int:
    """Run one comparison, write its files, and return the exit code."""
    args, factory = invocation.args, invocation.factory
    if args.clean:
        return planned_load.clean(factory, args.clean)
    files = OutputFiles({"--json": args.json, "--html": args.html})
    comparison = _comparison(invocation)
    if comparison.writes and factory.read_only:
        raise ApiError(f"A comparison reads blogs that it posts. {READ_ONLY}", Failure.READ_ONLY)
    if args.write_plan:
        return planned_load.write(comparison, args.write_plan)
    requests = sum(comparison.announcement.requests.values())
    output.check_stdout()
    files.check(_BYTES_OF_REPORT + _BYTES_PER_REQUEST * requests)
    signals = Signals()
    try:
        finished = asyncio.run(_run(comparison, invocation, signals))
    except ComparisonError as error:
        output.print_stderr(f"blogs: {text.line(str(error), 1000)}")
        return GENERATOR_LIMITED if isinstance(error, RateTooHigh) else FAILED
    return _finish(finished, args, files, signals)


def _comparison(invocation: Invocation) -> Comparison:
    args, factory = invocation.args, invocation.factory
    settings = load_settings.read(args, factory.connections.preferences.timeout.value)
    try:
        settings.check(limits=not args.override_limits)
        place = measured.place(
            factory.backends,
            shlex.join(["blogs", *args.words]),
            given_urls=args.load_given_urls,
        )
        return Comparison(settings, place, invocation.folder, invocation.steps or _steps(args))
    except InvalidSettings as error:
        raise UsageError(str(error)) from error


def _steps(args: Namespace) -> Steps:
    if args.engine != LOCUST:
        return Steps()
    try:
        locust_run.check_installed()
    except LoadProcessError as error:
        raise UsageError(str(error)) from error
    return Steps.with_locust(args.workers or _WORKERS)


async def _run(comparison: Comparison, invocation: Invocation, signals: Signals) -> Finished:
    asyncio.get_running_loop().set_default_executor(DaemonThreadExecutor())
    targets, yes = comparison.place.targets, invocation.args.yes
    await _check_backends(comparison, invocation.factory)
    await offer_clean_up(invocation.folder, invocation.factory, targets, yes=yes)
    output.print_stderr(comparison.announcement.sentence)
    line = ProgressLine()
    with signals.handled():
        try:
            return await comparison.run(line.show, signals.stop, signals.leave)
        finally:
            line.clear()


async def _check_backends(comparison: Comparison, factory: HttpApiFactory) -> None:
    """Raise ApiError before the load if a backend would reject all of it."""
    for name in BackendName:
        api = factory.open(name, lambda entry: None, direct=True)  # noqa: ARG005 -- no log
        try:
            await measured.check(api, comparison.check_id, writes=comparison.writes)
        finally:
            await api.close()


def _finish(finished: Finished, args: Namespace, files: OutputFiles, signals: Signals) -> int:
    """Print the result and write all files, even if one fails; return the exit code."""
    results, summary = finished.results, finished.summary
    failed = [message for each in args.fail_if or () if (message := each.check(summary))]
    lines = [*compare_text.lines(results, summary), *compare_text.failures(failed)]
    problems = [
        *_printed("\n".join(lines), to_stderr=files.use_stdout),
        *_written(files, "--json", lambda: results_file.dumps(results, summary)),
        *_written(files, "--html", lambda: html_report.page(results, summary, os.environ)),
    ]
    if finished.left_behind:
        output.print_stderr(compare_text.left_behind(finished.left_behind))
    if problems:
        raise OutputError(" ".join(problems))
    if signals.first is not None:
        return _SIGNAL_BASE + signals.first
    if summary.verdict.generator_limited:
        return GENERATOR_LIMITED
    return THRESHOLD_FAILED if failed else SUCCESS


def _written(files: OutputFiles, option: str, render: Callable[[], str]) -> Iterator[str]:
    """Write the file of *option*, if it is set; yield the message if that fails."""
    if not files.has(option):
        return
    try:
        files.write(option, render())
    except OutputError as error:
        yield str(error)
    except PipeClosed:
        return
    except Exception as error:  # noqa: BLE001 -- the other outputs of the run are still written
        yield f"Cannot make the output of {option}: {type(error).__name__}: {error}."


def _printed(shown: str, *, to_stderr: bool) -> Iterator[str]:
    """Print the result; yield the message if that fails.

    A reader that closes the pipe early, as head does, has what it wants.
    """
    if to_stderr:
        output.print_stderr(shown)
        return
    try:
        output.print_text(shown)
    except OutputError as error:
        yield str(error)
    except PipeClosed:
        return
