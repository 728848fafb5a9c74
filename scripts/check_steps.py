"""Steps of a check of AWS: they run in order, and a report lists how each ended."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError
from deployed_stack import ROOT, StackError

EMULATED: Final = "AWS_ENDPOINT_URL is set: the account is emulated, and nothing runs in it"


class StepFailed(Exception):
    """The step did not show what it should; the text says why."""


class NotProven(Exception):
    """The step cannot show anything here; the text says why."""


@dataclass(frozen=True)
class Step:
    """One step. If a required one fails, the later ones are not run."""

    title: str
    act: Callable[[], str]
    is_required: bool = False


@dataclass(frozen=True)
class Result:
    """How a step ended: passed, failed, interrupted, not proven or not run."""

    title: str
    outcome: str
    seconds: float = 0
    detail: str = ""  # its first line goes into the table of the report


def is_emulated() -> bool:
    return bool(os.environ.get("AWS_ENDPOINT_URL"))


def perform(
    steps: Sequence[Step], clean_up: Sequence[Step], clock: Callable[[], float] = time.monotonic
) -> list[Result]:
    """Run the steps until a required one fails or the user interrupts, then those of *clean_up*."""
    results: list[Result] = []
    runs = True
    for number, step in enumerate([*steps, *clean_up]):
        if not runs and number < len(steps):
            results.append(Result(step.title, "not run"))
            continue
        print(f"\n--- {step.title}", flush=True)
        result = _perform(step, clock)
        print(f"--- {step.title}: {result.outcome}{': ' * bool(result.detail)}{result.detail}")
        results.append(result)
        stops = result.outcome == "interrupted" or (step.is_required and result.outcome == "failed")
        runs = runs and not stops
    return results


def _perform(step: Step, clock: Callable[[], float]) -> Result:
    started = clock()
    try:
        outcome, detail = "passed", step.act()
    except NotProven as reason:
        outcome, detail = "not proven", str(reason)
    except (StepFailed, StackError, BotoCoreError, ClientError) as error:
        outcome, detail = "failed", str(error)
    except KeyboardInterrupt:
        outcome, detail = "interrupted", ""
    except Exception as error:  # noqa: BLE001  # whatever it is, the stack must be destroyed
        outcome, detail = "failed", f"{type(error).__name__}: {error}"
    return Result(step.title, outcome, clock() - started, detail)


def report(name: str, place: str, results: Sequence[Result]) -> str:
    """Return the report as Markdown."""
    commit = subprocess.run(
        ["git", "-C", ROOT, "describe", "--always", "--dirty"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    rows, details = [], []
    for one in results:
        first, *more = one.detail.replace("|", "/").splitlines() or [""]
        rows.append(f"| {one.title} | {one.outcome} | {one.seconds:.0f} | {first} |")
        if more:
            details += ["", f"## {one.title}", "", *(f"- {line}" for line in more)]
    unproven = [one.title for one in results if one.outcome != "passed"]
    summary = f"Not proven: {', '.join(unproven)}." if unproven else "Every step passed."
    return "\n".join(
        [
            f"# Check of stack {name}",
            "",
            f"Commit {commit}, {place}, {time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime())}.",
            *([EMULATED + "."] if is_emulated() else []),
            "",
            "| step | outcome | seconds | detail |",
            "|---|---|---:|---|",
            *rows,
            "",
            summary,
            *details,
            "",
        ]
    )
