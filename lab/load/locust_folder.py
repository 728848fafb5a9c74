"""The folder of a run with Locust: plan, locustfile, README, and later the rows."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from lab import fairness, plan_file
from lab.backends import Backend
from lab.load.locust_log import InvalidLog, LocustLog
from lab.plan import Plan
from lab.plan_file import PlanFileError
from lab.records import InvalidRecord, from_json, to_json
from lab.results import Environment, Results, Run
from lab.results_check import check_run

PLAN: Final = "plan.jsonl"
RUN: Final = "run.json"
ROWS: Final = "rows*.jsonl"
LOCUSTFILE: Final = "locustfile.py"

_HERE: Final = Path(__file__).parent
_FORMAT: Final = "blogs locust run"


class FolderError(ValueError):
    """The folder cannot be written or read. The message is for the user."""


@dataclass(frozen=True, kw_only=True)
class LocustRun:
    """What `run.json` holds beside the plan. It has no token."""

    urls: Mapping[Backend, str]
    max_in_flight: int
    timeout_s: float
    environment: Environment
    target: str = ""
    strict: bool = False


def write(folder: Path, plan: Plan, run: LocustRun) -> None:
    """Write everything that Locust needs into *folder*, which must be new or empty."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise FolderError(f"{folder} is not empty. Use a new folder for each plan.")
        plan_file.write(plan, folder / PLAN)
        content = json.dumps({"format": _FORMAT, **to_json(run)}, indent=2)
        (folder / RUN).write_text(f"{content}\n", encoding="utf-8")
        shutil.copyfile(_HERE / LOCUSTFILE, folder / LOCUSTFILE)
        shutil.copyfile(_HERE / "locust_readme.md", folder / "README.md")
    except OSError as error:
        raise FolderError(f"Cannot write to {folder}: {error.strerror}.") from error


def read_plan(folder: Path) -> tuple[Plan, LocustRun]:
    """Return what `write` wrote; raise FolderError."""
    try:
        plan = plan_file.read(folder / PLAN)
        values: dict[str, Any] = json.loads((folder / RUN).read_text(encoding="utf-8"))
        run = from_json(LocustRun, values)
    except OSError as error:
        raise FolderError(
            f"Cannot read {error.filename}: {error.strerror}. "
            "Use a folder that `blogs compare --write-plan FOLDER` wrote."
        ) from error
    except PlanFileError as error:
        raise FolderError(str(error)) from error
    except (ValueError, InvalidRecord) as error:
        raise FolderError(f"{folder / RUN} is damaged: {error}") from error
    return plan, run


def read_results(folder: Path) -> Results:
    """Return the results of the run, from all files of rows in *folder*; raise FolderError."""
    plan, run = read_plan(folder)
    log = LocustLog(plan, run.max_in_flight)
    files = sorted(folder.glob(ROWS))
    for file in files:
        try:
            with file.open(encoding="utf-8", errors="replace") as stream:
                for number, line in enumerate(stream, 1):
                    _add(log, line, f"{file}, line {number}")
        except OSError as error:
            raise FolderError(f"Cannot read {file}: {error.strerror}.") from error
    if not log.started_at:
        raise FolderError(
            f"{folder} has no rows yet: run the plan with Locust, as its README.md describes."
        )
    found = log.run_log()
    before = run.environment
    environment = replace(
        before,
        started_at=log.started_at,
        versions={**before.versions, **log.versions},
        comparison_notes=[*before.comparison_notes, *fairness.known_after(found.rows)],
    )
    read = Run(
        settings=plan.settings,
        slots=plan.slots,
        environment=environment,
        generator=found.generator,
        rows=found.rows,
    )
    try:
        check_run(read)
    except InvalidRecord as error:
        raise FolderError(f"{folder}: {error}") from error
    return Results(runs=[read], target=run.target, strict=run.strict)


def _add(log: LocustLog, line: str, place: str) -> None:
    try:
        log.add(line)
    except InvalidLog as error:
        raise FolderError(f"{place} {error}") from error
